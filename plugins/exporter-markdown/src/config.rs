//! The `[exporters.config]` table of this plugin.

use rowsmith_plugin_api::output::OutputOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of the Markdown table.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) output: OutputOptions,
    /// Maximum characters of a cell; longer cells end with `…`. Default: no limit.
    #[config(min = 1)]
    pub(crate) max_chars: Option<u32>,
}
