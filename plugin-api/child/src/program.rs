//! What to start, and the start itself.

use crate::child::Child;
use crate::group;
use crate::spawn_error::SpawnError;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

/// A program with its arguments. No shell reads them, so nothing in them needs quoting.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) name: OsString,
    arguments: Vec<OsString>,
    pub(crate) folder: Option<PathBuf>,
    variables: Vec<(OsString, OsString)>,
}

/// A program that was started.
#[derive(Debug)]
pub struct Spawned {
    /// Knows when it ends, and can end it. The program is killed when this is dropped.
    pub child: Child,
    /// Its standard input; dropping it tells the program that no more comes.
    pub stdin: ChildStdin,
    /// Its standard output.
    pub stdout: ChildStdout,
}

impl Program {
    /// A program by its path, or by its name on the `PATH`.
    pub fn new(name: impl Into<OsString>) -> Self {
        Self { name: name.into(), arguments: Vec::new(), folder: None, variables: Vec::new() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets the working directory. Without it: this process's own.
    #[must_use]
    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets an environment variable; all others are this process's own.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Starts the program. `on_line` gets each line of its standard error, on a thread of its own.
    ///
    /// # Errors
    /// When it cannot be started: the error names the program, and [`SpawnError::hint`] says what to do.
    pub fn spawn(&self, on_line: impl FnMut(&str) + Send + 'static) -> Result<Spawned, SpawnError> {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        group::separate(&mut command);
        group::tie_to_this_thread(&mut command);
        let (child, stdin, stdout) = Child::start(command, on_line).map_err(|source| SpawnError::new(self, source))?;
        Ok(Spawned { child, stdin, stdout })
    }
}
