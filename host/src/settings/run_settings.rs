//! The checked settings of a run: what code uses.

use crate::rules::OutputColumn;
use rowsmith_plugin_api::ConfigSchema;
use rowsmith_plugin_api::manifest::PluginKind;
use serde::Deserialize;
use serde_json::Value;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

/// Everything that a run needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where rows come from.
    pub scraper: PluginUse,
    /// Where answers are kept.
    pub cache: PluginUse,
    /// The name of the provider's table.
    pub provider_name: String,
    /// Who answers.
    pub provider: PluginUse,
    /// Where rows go.
    pub exporters: Vec<PluginUse>,
    /// What is asked.
    pub enrich: Enrich,
    /// Limits of the provider.
    pub provider_limits: ProviderLimits,
    /// How questions are put together.
    pub batch: BatchSettings,
    /// What a run may use.
    pub budget: Budget,
    /// How a run behaves.
    pub run: RunSettings,
}

/// A plugin that a config names.
#[derive(Debug, Clone)]
pub struct PluginUse {
    /// Its kind.
    pub kind: PluginKind,
    /// Its name.
    pub name: String,
    /// One exact file, instead of a search.
    pub library: Option<PathBuf>,
    /// Where its code runs.
    pub isolation: Isolation,
    /// Longest time of a call or of a scraper's silence, whatever the plugin does.
    pub timeout: Duration,
    /// Its own table.
    pub config: Value,
    /// The JSON pointer of the table that names it.
    pub pointer: String,
}

/// Where a plugin's code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// In this process.
    #[default]
    None,
    /// In a process of its own.
    Process,
}

/// What is asked about a row.
#[derive(Debug, Clone)]
pub struct Enrich {
    /// The columns that the model is shown; empty for all.
    pub input: Vec<String>,
    /// Most characters of a column that the model is shown.
    pub max_chars: Vec<(String, usize)>,
    /// How a source without one of the input columns is treated.
    pub missing_input: MissingInput,
    /// The user's instructions.
    pub instructions: String,
    /// The columns that the model makes.
    pub output: Vec<OutputColumn>,
}

/// How a missing input column is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingInput {
    /// The run stops before the first call.
    #[default]
    Error,
    /// The column counts as empty.
    Ignore,
}

/// Limits of a provider.
#[derive(Debug, Clone)]
pub struct ProviderLimits {
    /// Most requests in any 60 seconds.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Most requests in any 24 hours.
    pub requests_per_day: Option<NonZeroU32>,
    /// Most tokens in any 60 seconds.
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Most calls at once.
    pub max_concurrency: NonZeroUsize,
    /// Longest time of one call, whatever the plugin does.
    pub timeout: Duration,
    /// How often a call is tried.
    pub max_attempts: NonZeroU32,
    /// Longest wait that a service may ask for.
    pub max_wait: Duration,
    /// US dollars for a million input tokens.
    pub input_usd_per_million: Option<f64>,
    /// US dollars for a million output tokens.
    pub output_usd_per_million: Option<f64>,
}

/// How answers are paired with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pairing {
    /// Each answer copies a short tag of its row.
    Tag,
    /// Each answer copies the value of a column.
    Column(String),
    /// By id alone.
    Off,
}

/// What happens with rows that a call left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// Together with others, then halves, then alone.
    #[default]
    Repack,
    /// Alone at once.
    Individual,
    /// They fail.
    None,
}

/// How questions are put together.
#[derive(Debug, Clone)]
pub struct BatchSettings {
    /// Most rows of a call.
    pub max_rows: NonZeroUsize,
    /// Most tokens of rows of a call.
    pub max_input_tokens: Option<usize>,
    /// What happens with rows that a call left over.
    pub fallback: Fallback,
    /// How answers are paired with rows.
    pub pairing: Pairing,
    /// The share of rows that are asked again, alone, to compare.
    pub audit: f64,
}

/// What a run may use.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    /// Most calls.
    pub max_calls: Option<u64>,
    /// Most tokens, in and out.
    pub max_tokens: Option<u64>,
    /// Most US dollars.
    pub max_cost_usd: Option<f64>,
    /// Longest time.
    pub deadline: Option<Duration>,
    /// Most rows that may fail before the run stops.
    pub max_failed_rows: Option<u64>,
}

/// What happens with a row that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It is exported without output columns.
    #[default]
    Keep,
    /// It is not exported.
    Drop,
    /// The run stops.
    Stop,
}

/// How a run behaves.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// Most rows between the scraper and the exporters.
    pub window_rows: NonZeroUsize,
    /// What happens with a row that failed.
    pub on_failure: OnFailure,
    /// Where failed rows are written, as JSON Lines.
    pub failure_file: Option<PathBuf>,
    /// A column that says how each row ended.
    pub status_column: Option<String>,
    /// Most rows to read.
    pub limit: Option<u64>,
    /// Ask again even when the cache has an answer.
    pub refresh: bool,
    /// Ask nobody.
    pub offline: bool,
    /// Answers come from recordings, so that nothing is gained by waiting.
    pub replayed: bool,
}
