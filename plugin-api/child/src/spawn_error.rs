//! The error of a program that cannot be started.

use crate::program::Program;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// A program that cannot be started.
#[derive(Debug)]
pub struct SpawnError {
    program: PathBuf,
    cause: Cause,
    source: io::Error,
}

#[derive(Debug, PartialEq, Eq)]
enum Cause {
    /// The working directory does not exist.
    NoFolder(PathBuf),
    /// No program of this name is on the `PATH`.
    UnknownName,
    /// The path of the program does not exist.
    NoFile,
    /// The file exists, but not the interpreter in its first line.
    NoInterpreter,
    NotExecutable,
    TooMuch,
    Other,
}

impl SpawnError {
    pub(crate) fn new(program: &Program, source: io::Error) -> Self {
        Self { program: PathBuf::from(&program.name), cause: cause(program, &source), source }
    }

    /// Kind of the I/O error.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// Returns whether the working directory is missing, and not the program.
    pub fn is_about_the_folder(&self) -> bool {
        matches!(self.cause, Cause::NoFolder(_))
    }

    /// The next step for the user.
    pub fn hint(&self) -> &'static str {
        match self.cause {
            Cause::NoFolder(_) => "create the folder, or set another one",
            Cause::UnknownName => "install it, or use its path; separate the arguments: [\"python3\", \"script.py\"]",
            Cause::NoFile => "check the path",
            Cause::NoInterpreter => {
                "install the interpreter in the first line of the file (`#!…`), or put another one before the file"
            }
            Cause::NotExecutable => {
                "make it executable (`chmod +x`), or put its interpreter before it: [\"python3\", \"script.py\"]"
            }
            Cause::TooMuch => "reduce the size of arguments and environment variables",
            Cause::Other => {
                "start it by hand for details; a script needs a first line such as `#!/usr/bin/env python3`"
            }
        }
    }
}

/// Determines the cause right after the failure, before files change.
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
            Cause::NoInterpreter => write!(f, "cannot start `{program}`: its interpreter is missing"),
            Cause::NotExecutable => write!(f, "cannot start `{program}`: it is not executable"),
            Cause::TooMuch | Cause::Other => write!(f, "cannot start `{program}`: {}", self.source),
        }
    }
}

impl std::error::Error for SpawnError {}
