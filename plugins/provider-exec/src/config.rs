//! The `[providers.NAME.config]` table of this plugin.

use rowsmith_exec::{Launch, Limits};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Which program is started, how many of it, and how long an answer may take.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The program and its arguments, each a text of its own; no shell reads them.
    pub(crate) command: Vec<String>,
    /// The program's working directory. Without it: that of Rowsmith.
    pub(crate) cwd: Option<String>,
    /// Environment variables for the program, beside those that Rowsmith has.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) env: BTreeMap<String, String>,
    /// Environment variables that are secrets: `{ NAME = { env = "OTHER_NAME" } }` or `{ NAME = { file = "path" } }`.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) secret_env: BTreeMap<String, Secret>,
    /// The program's own settings, handed to it as they are.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) options: Map<String, Value>,
    /// The longest time from the start of the program until it is ready, in seconds.
    #[serde(default = "start_timeout_secs")]
    #[config(default = "30", min = 1, max = 86_400)]
    pub(crate) start_timeout_secs: u64,
    /// The longest time for one answer, in seconds. A program that takes longer is killed and started again.
    #[serde(default = "timeout_secs")]
    #[config(default = "120", min = 1, max = 86_400)]
    pub(crate) timeout_secs: u64,
    /// How many copies of the program run at the same time, 1 to 64; each answers one question at a time.
    #[serde(default = "processes")]
    #[config(default = "1", min = 1, max = 64)]
    pub(crate) processes: u32,
    /// How often a program that broke is started again without an answer in between, before the run is stopped.
    #[serde(default = "restarts")]
    #[config(default = "5", max = 1000)]
    pub(crate) restarts: u32,
}

fn start_timeout_secs() -> u64 {
    30
}

fn timeout_secs() -> u64 {
    120
}

fn processes() -> u32 {
    1
}

fn restarts() -> u32 {
    5
}

impl Config {
    /// What to start.
    pub(crate) fn launch(&self) -> Result<Launch> {
        let launch = Launch {
            kind: PluginKind::Provider,
            command: self.command.clone(),
            cwd: self.cwd.clone(),
            env: self.env.clone(),
            secret_env: self.secret_env.clone(),
            options: self.options.clone(),
            limits: Limits::from_secs(self.start_timeout_secs, self.timeout_secs)?,
        };
        launch.check()?;
        Ok(launch)
    }
}
