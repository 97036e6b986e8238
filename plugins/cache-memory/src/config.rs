//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::PluginConfig;

/// Answers kept in memory have nothing to set.
#[derive(Debug, PluginConfig)]
pub struct Config {}
