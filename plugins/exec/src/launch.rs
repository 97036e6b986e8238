//! A checked program that is ready to be started.

use crate::launch_options::LaunchOptions;
use rowsmith_child::{Program, SpawnError};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Host};
use std::io;
use std::time::Duration;

/// Maximum characters of a command in messages.
const MAX_TITLE_CHARS: usize = 60;

/// Deadlines of a program.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From the start to `ready`.
    pub start: Duration,
    /// From a question to its answer, or from one line to the next.
    pub answer: Duration,
    /// From the end of its input to its exit.
    pub grace: Duration,
}

impl Timeouts {
    /// Default time for a program to exit. The host waits longer than this for the end of a plugin.
    pub const GRACE: Duration = Duration::from_secs(2);
}

/// A program to start. [`LaunchOptions::launch`] creates it.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Kind of the plugin that the program implements.
    pub kind: PluginKind,
    /// Command, environment and settings.
    pub options: LaunchOptions,
    /// Deadlines.
    pub timeouts: Timeouts,
    /// Host that records or replays the lines.
    pub host: Host,
    /// File of an exporter program.
    pub path: Option<String>,
}

impl Launch {
    /// The command for messages.
    pub fn title(&self) -> String {
        let mut title = self.options.command.join(" ").replace(char::is_control, " ");
        if let Some((end, _)) = title.char_indices().nth(MAX_TITLE_CHARS) {
            title.truncate(end);
            title.push('…');
        }
        title
    }

    pub(crate) fn program(&self) -> Program {
        let (name, arguments) = match self.options.command.split_first() {
            Some((name, arguments)) => (name.as_str(), arguments),
            None => ("", [].as_slice()),
        };
        let mut program = Program::new(name).args(arguments);
        if let Some(folder) = &self.options.cwd {
            program = program.current_dir(folder);
        }
        for (name, value) in self.options.env.iter() {
            program = program.env(name, value);
        }
        for (name, value) in &self.options.secret_env {
            program = program.env(name, value.expose());
        }
        program
    }
}

/// Maps a failed start to the key of the config that caused it.
pub(crate) fn start_error(error: &SpawnError) -> Error {
    let key = if error.is_about_the_folder() { "cwd" } else { "command" };
    let mut mapped = Error::config(key, error.to_string()).hint(error.hint());
    if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory) {
        // The machine has too many processes or too little memory at the moment.
        mapped.kind = ErrorKind::Retryable;
    }
    mapped
}
