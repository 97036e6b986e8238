//! The config as it is written. `rowsmith schema` prints its schema.

use crate::settings::{
    BatchSettings, Budget, CacheSettings, Isolation, MissingInput, Prices, ProviderLimits, RetrySettings, RunSettings,
};
use rowsmith_plugin_api::PluginConfig;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

/// The whole config.
#[derive(Debug, PluginConfig)]
pub struct RawConfig {
    /// The source of the rows.
    pub scraper: RawPlugin,
    /// The store of valid answers. Default: the plugin "lmdb" with its default settings.
    pub cache: Option<RawCache>,
    /// The question about each row.
    pub enrich: RawEnrich,
    /// Services and models, one table each.
    pub providers: BTreeMap<String, RawProvider>,
    /// Packing of rows into calls.
    #[config(default)]
    pub batch: BatchSettings,
    /// The budget of a run.
    #[config(default)]
    pub limits: Budget,
    /// Behaviour of a run.
    #[config(default)]
    pub run: RunSettings,
    /// The destinations of the rows. One or more; each receives every row.
    pub exporters: Vec<RawPlugin>,
    /// The plugin search path and pinned hashes.
    #[config(default)]
    pub plugins: RawPlugins,
}

/// A plugin with its settings.
#[derive(Debug, PluginConfig)]
pub struct RawPlugin {
    /// Name of the plugin, found on the plugin search path.
    pub plugin: Option<String>,
    /// Path of a library file. Replaces the search by name.
    pub library: Option<PathBuf>,
    /// Process of the plugin: "none" (the process of Rowsmith) or "process" (a separate process, so that a crash fails a call
    /// and not the run).
    #[config(default = "none")]
    pub isolation: Isolation,
    /// Maximum time of one call in seconds; for a scraper, maximum time without any activity.
    #[config(default = 600)]
    pub timeout_secs: NonZeroU64,
    /// Settings of the plugin; `rowsmith plugin info` lists them.
    #[config(default)]
    pub config: Map<String, Value>,
}

/// The cache.
#[derive(Debug, PluginConfig)]
pub struct RawCache {
    /// The plugin.
    #[config(flatten)]
    pub plugin: RawPlugin,
    /// Its use by a run.
    #[config(flatten)]
    pub settings: CacheSettings,
}

/// A service with a model.
#[derive(Debug, PluginConfig)]
pub struct RawProvider {
    /// The plugin.
    #[config(flatten(timeout_secs = 630))]
    pub plugin: RawPlugin,
    /// Rate limits of the service.
    #[config(default)]
    pub limits: ProviderLimits,
    /// Retries of calls that failed for a temporary reason.
    #[config(default)]
    pub retry: RetrySettings,
    /// Prices of the service in US dollars. Default: unknown; then there are no costs in reports and no cost limits.
    pub prices: Option<Prices>,
}

/// The question about each row.
#[derive(Debug, PluginConfig)]
pub struct RawEnrich {
    /// Name of the table in `providers` to use. Optional when there is only one.
    pub provider: Option<String>,
    /// Columns that the model sees. Default: all columns.
    #[config(default = [])]
    pub input: Vec<String>,
    /// Maximum characters of a column that the model sees; the exported row keeps the full text.
    #[config(default)]
    pub max_chars: BTreeMap<String, NonZeroUsize>,
    /// Handling of an input column that the source does not have.
    #[config(default = "error")]
    pub missing_input: MissingInput,
    /// Instructions for the model, sent before the constraints. Contains no row data.
    #[config(default = "")]
    pub instructions: String,
    /// Output columns, one table each. The model sees the key of the table.
    #[config(default)]
    pub output: Map<String, Value>,
    /// File with a JSON Schema whose properties are the output columns. Replaces the `output` tables.
    pub output_schema: Option<PathBuf>,
}

/// The plugin search path and pinned hashes.
#[derive(Debug, Default, PluginConfig)]
pub struct RawPlugins {
    /// Folders to search before the standard ones.
    #[config(default = [])]
    pub path: Vec<PathBuf>,
    /// SHA-256 of plugins by kind and name, and of their programs by path: `"scraper-roadmap" = "sha256:…"` or
    /// `"file:tools/enrich.py" = "sha256:…"`. Files with another hash are refused.
    #[config(default)]
    pub pins: BTreeMap<String, String>,
}
