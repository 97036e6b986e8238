//! The plugin's table in the config.

use rowsmith_exec::LaunchOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of an exporter program.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) program: LaunchOptions,
    /// File that the program writes, if it writes one. The program receives the path, and two exporters cannot have the
    /// same file. Default: none.
    pub(crate) path: Option<String>,
}
