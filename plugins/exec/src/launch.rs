//! What a config says about a program: the settings that all three plugins have.

use rowsmith_child::Program;
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::{Error, Result, Secret, Value};
use rowsmith_plugin_api::{ErrorKind, PluginKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// A longer command is cut in messages.
const MAX_TITLE: usize = 60;
/// The longest time that a config may allow, in seconds: a day.
const MAX_SECS: u64 = 86_400;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start to `ready`.
    pub start: Duration,
    /// From a question to its answer, or from one line to the next.
    pub answer: Duration,
    /// From the end of its input to the end of the program.
    pub grace: Duration,
}

impl Limits {
    /// How long a program may take to end by itself. The host waits a little longer than this for the end of a plugin.
    pub const GRACE: Duration = Duration::from_secs(2);

    /// The limits of a config.
    ///
    /// # Errors
    /// A config error for a limit that is 0 or over a day.
    pub fn from_secs(start_timeout_secs: u64, timeout_secs: u64) -> Result<Self> {
        for (key, secs) in [("start_timeout_secs", start_timeout_secs), ("timeout_secs", timeout_secs)] {
            if !(1..=MAX_SECS).contains(&secs) {
                return Err(Error::config(key, format!("`{key}` is not between 1 and {MAX_SECS}")));
            }
        }
        let (start, answer) = (Duration::from_secs(start_timeout_secs), Duration::from_secs(timeout_secs));
        Ok(Self { start, answer, grace: Self::GRACE })
    }
}

/// A program to start, and what it is told first.
#[derive(Debug, Clone)]
pub struct Launch {
    /// What the program stands in for.
    pub kind: PluginKind,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The working directory.
    pub cwd: Option<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Environment variables that must not be shown.
    pub secret_env: BTreeMap<String, Secret>,
    /// The program's own settings.
    pub options: Map<String, Value>,
    /// How long things may take.
    pub limits: Limits,
}

impl Launch {
    /// Refuses what cannot work, before anything is started.
    ///
    /// # Errors
    /// A config error.
    pub fn check(&self) -> Result<()> {
        if self.command.first().is_none_or(|program| program.trim().is_empty()) {
            let error = Error::config("command", "`command` names no program");
            return Err(error.hint("write the program and its arguments: command = [\"python3\", \"program.py\"]"));
        }
        let named_twice = self.secret_env.keys().find(|name| self.env.contains_key(*name));
        if let Some(name) = named_twice {
            return Err(Error::config("secret_env", format!("`{name}` is in `env` and in `secret_env`")));
        }
        for (key, name) in self.env.keys().map(|n| ("env", n)).chain(self.secret_env.keys().map(|n| ("secret_env", n)))
        {
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(Error::config(key, format!("`{name}` cannot be the name of an environment variable")));
            }
        }
        Ok(())
    }

    /// The command as messages name it.
    pub fn title(&self) -> String {
        let mut title = self.command.join(" ").replace(char::is_control, " ");
        if let Some((cut, _)) = title.char_indices().nth(MAX_TITLE) {
            title.truncate(cut);
            title.push('…');
        }
        title
    }

    pub(crate) fn program(&self) -> Program {
        let (name, arguments) = self.command.split_first().map_or(("", [].as_slice()), |(n, a)| (n.as_str(), a));
        let mut program = Program::new(name).args(arguments);
        if let Some(folder) = &self.cwd {
            program = program.current_dir(folder);
        }
        for (name, value) in &self.env {
            program = program.env(name, value);
        }
        for (name, value) in &self.secret_env {
            program = program.env(name, value.expose());
        }
        program
    }
}

/// What a program that could not be started means for a run.
pub(crate) fn not_started(error: &rowsmith_child::SpawnError) -> Error {
    let key = if error.is_about_the_folder() { "cwd" } else { "command" };
    let mut said = Error::config(key, error.to_string()).hint(error.hint());
    if error.kind() == std::io::ErrorKind::WouldBlock || error.kind() == std::io::ErrorKind::OutOfMemory {
        // The machine has no room for another process now.
        said.kind = ErrorKind::Retryable;
    }
    said
}
