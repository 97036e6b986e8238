//! The description of a program, and its start.

use crate::child::Child;
use crate::group;
use crate::spawn_error::SpawnError;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
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

    /// Sets an environment variable. Others are inherited.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Starts the program. A separate thread calls `on_line` for each line of its standard error.
    ///
    /// # Errors
    /// If it cannot be started. The error names the program, and [`SpawnError::hint`] is the next step.
    pub fn spawn(&self, on_line: impl FnMut(&str) + Send + 'static) -> Result<Spawned, SpawnError> {
        let mut command = Command::new(&self.name);
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
