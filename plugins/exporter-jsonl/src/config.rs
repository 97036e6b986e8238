//! The `[exporters.config]` table of this plugin.

use rowsmith_plugin_api::output::OutputOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of the JSON Lines file.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) output: OutputOptions,
}
