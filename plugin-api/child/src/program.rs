//! The description of a program, and its start.

use crate::child::Child;
use crate::group;
use crate::inheritance::limit_inheritance;
use crate::spawn_error::SpawnError;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

/// A program with its arguments. It is started without a shell, so the arguments need no quoting.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) name: OsString,
    arguments: Vec<OsString>,
    pub(crate) folder: Option<PathBuf>,
    variables: Vec<(OsString, OsString)>,
}

/// A started program.
#[derive(Debug)]
pub struct Spawned {
    /// Handle to the process. Dropping it kills the program.
    pub child: Child,
    /// Standard input. Dropping it ends the input of the program.
    pub stdin: ChildStdin,
    /// Standard output.
    pub stdout: ChildStdout,
}

impl Program {
    /// Describes a program by its path, or by its name on the `PATH`.
    pub fn new(name: impl Into<OsString>) -> Self {
        Self { name: name.into(), arguments: Vec::new(), folder: None, variables: Vec::new() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets the working directory. Default: that of this process.
    #[must_use]
    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets an environment variable. Only [`INHERITED_VARIABLES`](crate::INHERITED_VARIABLES) are inherited.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The file that [`Program::spawn`] starts: the path of the program, or the first executable file of its name in the
    /// folders of `PATH`. `None` if there is no such file.
    ///
    /// Relative paths are relative to the working directory of the program.
    pub fn file(&self) -> Option<PathBuf> {
        let name = Path::new(&self.name);
        if name.components().count() > 1 || name.is_absolute() {
            return Some(self.in_folder(name)).filter(|file| file.is_file());
        }
        let own = self.variables.iter().rev().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
        let path = own.or_else(|| std::env::var_os("PATH"))?;
        std::env::split_paths(&path).find_map(|folder| executable(&self.in_folder(&folder).join(name)))
    }

    fn in_folder(&self, path: &Path) -> PathBuf {
        self.folder.as_ref().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }

    /// Starts the program. A separate thread calls `on_line` for each line of its standard error.
    ///
    /// # Errors
    /// If it cannot be started. The error names the program, and [`SpawnError::hint`] is the next step.
    pub fn spawn(&self, on_line: impl FnMut(&str) + Send + 'static) -> Result<Spawned, SpawnError> {
        let mut command = Command::new(&self.name);
        limit_inheritance(&mut command);
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        group::set_own_group(&mut command);
        group::kill_with_this_thread(&mut command);
        let (child, stdin, stdout) = Child::start(command, on_line).map_err(|source| SpawnError::new(self, source))?;
        Ok(Spawned { child, stdin, stdout })
    }
}

#[cfg(unix)]
fn executable(path: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = path.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then(|| path.to_owned())
}

#[cfg(not(unix))]
fn executable(path: &Path) -> Option<PathBuf> {
    // The system adds the extension to a name without one.
    let with_extension = path.extension().is_none().then(|| path.with_extension(std::env::consts::EXE_EXTENSION));
    [with_extension, Some(path.to_owned())].into_iter().flatten().find(|path| path.is_file())
}
