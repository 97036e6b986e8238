//! Why a program could not be started, and what can be done about it.

use crate::program::Program;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// A program that could not be started.
#[derive(Debug)]
pub struct SpawnError {
    program: PathBuf,
    cause: Cause,
    source: io::Error,
}

#[derive(Debug, PartialEq, Eq)]
enum Cause {
    /// The working directory is not there.
    NoFolder(PathBuf),
    /// No program of this name is on the `PATH`.
    UnknownName,
    /// There is nothing at the program's path.
    NoFile,
    /// The file is there, but not what its first line says it is to be run by.
    NoInterpreter,
    NotExecutable,
    TooMuch,
    Other,
}

impl SpawnError {
    pub(crate) fn new(program: &Program, source: io::Error) -> Self {
        Self { program: PathBuf::from(&program.name), cause: cause(program, &source), source }
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// Whether the working directory, and not the program, is what is missing.
    pub fn is_about_the_folder(&self) -> bool {
        matches!(self.cause, Cause::NoFolder(_))
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self.cause {
            Cause::NoFolder(_) => "make the folder, or name another one",
            Cause::UnknownName => {
                "install it, or name it by its path; arguments are words of their own: [\"python3\", \"script.py\"]"
            }
            Cause::NoFile => "check the path",
            Cause::NoInterpreter => {
                "install what the first line of the file (`#!…`) names, or name an interpreter before the file"
            }
            Cause::NotExecutable => {
                "make it executable (`chmod +x`), or name its interpreter before it: [\"python3\", \"script.py\"]"
            }
            Cause::TooMuch => "pass less in arguments and environment variables",
            Cause::Other => {
                "start it by hand to see what is wrong; a script needs a first line such as `#!/usr/bin/env python3`"
            }
        }
    }
}

/// Looks at once: later the files may have changed.
fn cause(program: &Program, source: &io::Error) -> Cause {
    if let Some(folder) = program.folder.as_ref().filter(|folder| !folder.is_dir()) {
        return Cause::NoFolder(folder.clone());
    }
    let path = Path::new(&program.name);
    let is_name = path.components().count() == 1 && !path.is_absolute();
    match source.kind() {
        io::ErrorKind::NotFound if is_name => Cause::UnknownName,
        io::ErrorKind::NotFound => {
            let path = program.folder.as_ref().map_or_else(|| path.to_owned(), |folder| folder.join(path));
            if path.exists() { Cause::NoInterpreter } else { Cause::NoFile }
        }
        io::ErrorKind::PermissionDenied => Cause::NotExecutable,
        io::ErrorKind::ArgumentListTooLong => Cause::TooMuch,
        _ => Cause::Other,
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.program.display();
        match &self.cause {
            Cause::NoFolder(folder) => {
                write!(f, "cannot start `{program}` in {}: there is no such folder", folder.display())
            }
            Cause::UnknownName | Cause::NoFile => write!(f, "cannot start `{program}`: there is no such program"),
            Cause::NoInterpreter => write!(f, "cannot start `{program}`: the program that runs it is missing"),
            Cause::NotExecutable => write!(f, "cannot start `{program}`: it is not executable"),
            Cause::TooMuch | Cause::Other => write!(f, "cannot start `{program}`: {}", self.source),
        }
    }
}

impl std::error::Error for SpawnError {}
