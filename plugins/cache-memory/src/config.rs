//! Settings of the plugin.

use rowsmith_plugin_api::prelude::PluginConfig;

/// The memory cache has no settings.
#[derive(Debug, PluginConfig)]
pub struct Config {}
