//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::{ConfigSchema, Deserialize};

/// Answers kept in memory have nothing to set.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {}
