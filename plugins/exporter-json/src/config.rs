//! The `[exporters.config]` table of this plugin.

use rowsmith_plugin_api::output::OutputOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of the JSON file.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) output: OutputOptions,
    /// Write every value on its own line, indented, instead of one row per line.
    #[config(default = false)]
    pub(crate) pretty: bool,
}
