//! What can be set: nearly nothing, since there is no service to reach.

use rowsmith_plugin_api::prelude::PluginConfig;

/// Settings of the extractive provider. It is not a language model: it answers with the row's own words.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Waits this long before every answer, as a real service would; for trying out the progress display.
    #[config(default = 0, max = 600_000)]
    pub(crate) latency_ms: u64,
}
