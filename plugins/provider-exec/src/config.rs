//! The plugin's table in the config.

use rowsmith_exec::LaunchOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of a provider program.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten(timeout_secs = 120))]
    pub(crate) program: LaunchOptions,
    /// Number of processes that run at the same time; each answers one question at a time.
    #[config(default = 1, min = 1, max = 64)]
    pub(crate) processes: u32,
    /// Maximum consecutive restarts of a failing program before the run stops. An answer resets the count.
    #[config(default = 5, max = 1000)]
    pub(crate) restarts: u32,
}
