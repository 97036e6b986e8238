//! The config table. It is small, since there is no service.

use rowsmith_plugin_api::prelude::PluginConfig;

/// Settings of the extractive provider. It is not a language model: its answers are the row's own words.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Wait before every answer in milliseconds, to simulate a service.
    #[config(default = 0, max = 600_000)]
    pub(crate) latency_ms: u64,
}
