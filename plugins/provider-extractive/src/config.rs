//! What can be set: nearly nothing, since there is no service to reach.

use rowsmith_plugin_api::prelude::{ConfigSchema, Deserialize};

/// Settings of the extractive provider. It is not a language model: it answers with the row's own words.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Waits this long before every answer, as a real service would; for trying out the progress display.
    #[serde(default)]
    #[config(default = "0", max = 600_000)]
    pub(crate) latency_ms: u64,
}
