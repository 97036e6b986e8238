//! The config keys that the three plugins share.

use crate::launch::{Launch, Timeouts};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::{CommandLine, Environment, Error, Host, PluginConfig, Result, Secret, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// Config keys of a program: the command, its environment and its timeouts.
///
/// A plugin's config includes them with `#[config(flatten)] program: LaunchOptions`.
#[derive(Debug, Clone, PluginConfig)]
pub struct LaunchOptions {
    /// Program and arguments, one string each. It is started without a shell.
    pub command: CommandLine,
    /// Working directory of the program. Default: that of Rowsmith.
    #[config(format = "working-directory")]
    pub cwd: Option<String>,
    /// Environment variables for the program, in addition to `PATH`, `HOME`, the language and a few others; it gets no others of
    /// Rowsmith. Default: none.
    #[config(default)]
    pub env: Environment,
    /// Environment variables with secrets: `{ NAME = { env = "OTHER_NAME" } }` or `{ NAME = { file = "path" } }`.
    /// Default: none.
    #[config(default)]
    pub secret_env: BTreeMap<String, Secret>,
    /// Settings of the program, passed to it unchanged. Default: none.
    #[config(default)]
    pub options: Map<String, Value>,
    /// Maximum time from the start of the program until it is ready, in seconds.
    #[config(default = 30, min = 1, max = 86_400)]
    pub start_timeout_secs: u64,
    /// Maximum time for one step of the program (a line, an answer, or accepting its input), in seconds. A program that
    /// exceeds it is killed.
    #[config(default = 600, min = 1, max = 86_400)]
    pub timeout_secs: u64,
}

impl LaunchOptions {
    /// Checks the options for a plugin of this kind.
    ///
    /// # Errors
    /// A config error that names the key.
    pub fn launch(self, kind: PluginKind, host: &Host) -> Result<Launch> {
        let timeouts = Timeouts {
            start: Duration::from_secs(self.start_timeout_secs),
            answer: Duration::from_secs(self.timeout_secs),
            grace: Timeouts::GRACE,
        };
        self.check()?;
        Ok(Launch { kind, options: self, timeouts, host: host.clone(), path: None })
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.command.first().is_none_or(|program| program.trim().is_empty()) {
            let error = Error::config("command", "`command` has no program");
            return Err(error.hint("list the program and its arguments: command = [\"python3\", \"program.py\"]"));
        }
        let duplicate = self.secret_env.keys().find(|name| self.env.contains_key(*name));
        if let Some(name) = duplicate {
            let error = Error::config("secret_env", format!("`{name}` is in both `env` and `secret_env`"));
            return Err(error.hint("remove one of them"));
        }
        check_names("env", self.env.keys())?;
        check_names("secret_env", self.secret_env.keys())
    }
}

fn check_names<'a>(key: &str, mut names: impl Iterator<Item = &'a String>) -> Result<()> {
    match names.find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        Some(name) => Err(Error::config(key, format!("invalid name of an environment variable: `{name}`"))),
        None => Ok(()),
    }
}
