//! The config as it is written. Its schema is what `rowsmith schema` prints.

use crate::settings::{Fallback, Isolation, MissingInput, OnFailure, defaults};
use rowsmith_plugin_api::ConfigSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

/// The whole file.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawConfig {
    /// Where rows come from.
    pub scraper: RawPlugin,
    /// Where answers are kept; the embedded LMDB store in `.rowsmith/cache` when absent.
    pub cache: Option<RawPlugin>,
    /// What is asked about each row.
    pub enrich: RawEnrich,
    /// The providers that `enrich.provider` and `--provider` can name.
    pub providers: BTreeMap<String, RawProvider>,
    /// How rows are put together into calls.
    #[serde(default)]
    pub batch: RawBatch,
    /// What a run may use in all.
    #[serde(default)]
    pub limits: RawLimits,
    /// How a run behaves.
    #[serde(default)]
    pub run: RawRun,
    /// Where rows go; one or more.
    pub exporters: Vec<RawPlugin>,
    /// Where plugins are looked for.
    #[serde(default)]
    pub plugins: RawPlugins,
}

/// A plugin and its own table.
#[derive(Debug, Clone, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPlugin {
    /// The plugin's name; its file is looked for on the plugin path.
    pub plugin: Option<String>,
    /// One exact library file instead of a name.
    pub library: Option<PathBuf>,
    /// Where the plugin's code runs: in this process, or in one of its own, whose crash costs a call and not the run.
    #[serde(default)]
    #[config(default = "\"none\"")]
    pub isolation: Isolation,
    /// Longest time in seconds for which a call may last or a scraper be silent, whatever the plugin does.
    #[serde(default = "plugin_timeout_secs")]
    #[config(default = "600")]
    pub timeout_secs: NonZeroU64,
    /// The plugin's own settings; `rowsmith plugin info` explains them.
    #[serde(default)]
    pub config: Map<String, Value>,
}

/// Returns the default of `timeout_secs`.
pub fn plugin_timeout_secs() -> NonZeroU64 {
    NonZeroU64::new(defaults::PLUGIN_TIMEOUT_SECS).unwrap_or(NonZeroU64::MIN)
}

/// What is asked about each row.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEnrich {
    /// The table of `providers` that answers; may be left out when there is only one.
    pub provider: Option<String>,
    /// The columns that the model is shown; all columns when empty.
    #[serde(default)]
    #[config(default = "[]")]
    pub input: Vec<String>,
    /// Most characters of a column that the model is shown; the exported row keeps it whole.
    #[serde(default)]
    pub max_chars: BTreeMap<String, NonZeroUsize>,
    /// What happens when the source has no such input column.
    #[serde(default)]
    #[config(default = "\"error\"")]
    pub missing_input: MissingInput,
    /// What the model is told before the rules; no row data.
    #[serde(default)]
    #[config(default = "\"\"")]
    pub instructions: String,
    /// The columns that the model makes: a table for each, whose key is the name that the model sees.
    #[serde(default)]
    pub output: RuleTables,
    /// A file with a JSON Schema whose properties are the output columns, instead of `output`.
    pub output_schema: Option<PathBuf>,
}

/// Tables in the order of the file; their rules are checked one by one.
pub type RuleTables = Map<String, Value>;

/// A provider.
#[derive(Debug, Clone, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProvider {
    /// The plugin's name; its file is looked for on the plugin path.
    pub plugin: Option<String>,
    /// One exact library file instead of a name.
    pub library: Option<PathBuf>,
    /// Where the plugin's code runs: in this process, or in one of its own, whose crash costs a call and not the run.
    #[serde(default)]
    #[config(default = "\"none\"")]
    pub isolation: Isolation,
    /// The plugin's own settings; `rowsmith plugin info` explains them.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// What the service allows.
    #[serde(default)]
    pub limits: RawProviderLimits,
    /// Longest time of one call in seconds, whatever the plugin does.
    #[serde(default = "provider_timeout_secs")]
    #[config(default = "630")]
    pub timeout_secs: NonZeroU64,
    /// How calls that failed for a passing reason are tried again.
    #[serde(default)]
    pub retry: RawRetry,
    /// What the service charges, for costs and cost caps.
    pub prices: Option<RawPrices>,
}

fn provider_timeout_secs() -> NonZeroU64 {
    NonZeroU64::new(defaults::PROVIDER_TIMEOUT_SECS).unwrap_or(NonZeroU64::MIN)
}

/// What a service allows.
#[derive(Debug, Clone, Default, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProviderLimits {
    /// Most requests in any 60 seconds.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Most requests in any 24 hours.
    pub requests_per_day: Option<NonZeroU32>,
    /// Most tokens, in and out, in any 60 seconds.
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Most calls at once.
    #[config(default = "16")]
    pub max_concurrency: Option<NonZeroUsize>,
}

/// How calls are tried again.
#[derive(Debug, Clone, Default, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRetry {
    /// How often a call is tried in all.
    #[config(default = "4")]
    pub max_attempts: Option<NonZeroU32>,
    /// Longest wait that the service may ask for; beyond it, its quota counts as used up and the run stops.
    #[config(default = "120")]
    pub max_wait_secs: Option<u64>,
}

/// What a service charges.
#[derive(Debug, Clone, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrices {
    /// US dollars for a million input tokens.
    pub input_usd_per_million: f64,
    /// US dollars for a million output tokens.
    pub output_usd_per_million: f64,
}

/// How rows are put together into calls.
#[derive(Debug, Clone, Default, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBatch {
    /// Most rows of a call; over 20 needs `allow_larger`.
    #[config(default = "20")]
    pub max_rows: Option<NonZeroUsize>,
    /// Allows more than 20 rows a call.
    #[serde(default)]
    #[config(default = "false")]
    pub allow_larger: bool,
    /// Most estimated tokens of rows in a call; it can only make calls smaller.
    pub max_input_tokens: Option<NonZeroUsize>,
    /// What happens with rows that a call left over.
    #[serde(default)]
    #[config(default = "\"repack\"")]
    pub fallback: Fallback,
    /// How answers are paired with rows: "tag" (each copies a short tag), "off", or a column's name to copy.
    #[config(default = "\"tag\"")]
    pub pairing: Option<String>,
    /// The share of rows that are asked again, alone, to compare: 0 to 1.
    #[serde(default)]
    #[config(default = "0")]
    pub audit: f64,
}

/// What a run may use in all. A run that reaches a limit stops, and goes on when it is started again.
#[derive(Debug, Clone, Default, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLimits {
    /// Most US dollars; needs the provider's `prices`.
    pub max_cost_usd: Option<f64>,
    /// Most calls.
    pub max_calls: Option<u64>,
    /// Most tokens, in and out.
    pub max_tokens: Option<u64>,
    /// Most rows that may fail before the run stops.
    pub max_failed_rows: Option<u64>,
    /// Longest time of a run in seconds.
    pub deadline_secs: Option<NonZeroU64>,
}

/// How a run behaves.
#[derive(Debug, Clone, Default, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRun {
    /// Most rows in memory between the scraper and the exporters.
    #[config(default = "8192")]
    pub window_rows: Option<NonZeroUsize>,
    /// What happens with a row that failed: exported without output columns, left out, or the end of the run.
    #[serde(default)]
    #[config(default = "\"keep\"")]
    pub on_failure: OnFailure,
    /// Where failed rows are written, as JSON Lines; beside the first exporter's file when absent.
    pub failure_file: Option<PathBuf>,
    /// The name of a further column that says how each row ended.
    pub status_column: Option<String>,
}

/// Where plugins are looked for.
#[derive(Debug, Clone, Default, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPlugins {
    /// Folders to search before the standard ones.
    #[serde(default)]
    #[config(default = "[]")]
    pub path: Vec<PathBuf>,
    /// The only bytes that a plugin may have: "scraper-roadmap" = "sha256:…".
    #[serde(default)]
    pub pins: BTreeMap<String, String>,
}
