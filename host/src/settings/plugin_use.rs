//! A plugin as a config uses it.

use rowsmith_plugin_api::ConfigSchema;
use rowsmith_plugin_api::manifest::PluginKind;
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// A plugin that a config names, with its settings.
#[derive(Debug, Clone)]
pub struct PluginUse {
    /// Kind of the plugin.
    pub kind: PluginKind,
    /// Name of the plugin.
    pub name: String,
    /// Path of the library file; replaces the search by name.
    pub library: Option<PathBuf>,
    /// Process that runs the plugin.
    pub isolation: Isolation,
    /// Maximum time of one call; for a scraper, maximum time without any activity.
    pub timeout: Duration,
    /// Settings of the plugin.
    pub config: Value,
    /// JSON pointer of the table in the config.
    pub pointer: String,
}

/// Process that runs a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// The process of the host.
    #[default]
    None,
    /// A separate process.
    Process,
}
