//! The settings of a run.

use super::batch::BatchSettings;
use super::cache::CacheSettings;
use super::defaults::empty_table;
use super::enrich::Enrich;
use super::provider::{Prices, ProviderLimits, RetrySettings};
use rowsmith_plugin_api::{ConfigSchema, PluginConfig};
use serde::Deserialize;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

/// All settings of a run, besides its plugins.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the provider's table.
    pub provider_name: String,
    /// Rate limits of the provider.
    pub provider_limits: ProviderLimits,
    /// Retries of the provider's calls.
    pub retry: RetrySettings,
    /// Prices of the provider; `None` when they are unknown.
    pub prices: Option<Prices>,
    /// The question about each row.
    pub enrich: Enrich,
    /// Packing of rows into calls.
    pub batch: BatchSettings,
    /// The use of the cache.
    pub cache: CacheSettings,
    /// The budget of the run.
    pub budget: Budget,
    /// Behaviour of the run.
    pub run: RunSettings,
}

/// The budget of a run. A run that reaches a limit stops; the same command resumes it.
#[derive(Debug, Clone, PluginConfig)]
pub struct Budget {
    /// Maximum cost in US dollars; requires the provider's `prices`.
    pub max_cost_usd: Option<f64>,
    /// Maximum calls.
    pub max_calls: Option<u64>,
    /// Maximum tokens, input and output.
    pub max_tokens: Option<u64>,
    /// Maximum failed rows; then the run stops.
    pub max_failed_rows: Option<u64>,
    /// Maximum duration of a run in seconds.
    pub deadline_secs: Option<NonZeroU64>,
    /// Minimum share of valid rows among the answered ones, 0 to 1: the run stops if fewer are valid after a few calls. 0 for
    /// no minimum.
    #[config(default = 0.1)]
    pub min_valid_share: f64,
}

impl Default for Budget {
    fn default() -> Self {
        empty_table()
    }
}

impl Budget {
    /// Returns the maximum duration of a run.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline_secs.map(|secs| Duration::from_secs(secs.get()))
    }
}

/// Behaviour of a run.
#[derive(Debug, Clone, PluginConfig)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key or a flag of its own")]
pub struct RunSettings {
    /// Maximum rows in memory between the scraper and the exporters.
    #[config(default = 8192)]
    pub window_rows: NonZeroUsize,
    /// Maximum memory of these rows, of the calls in flight and of their answers, in MiB; a larger row passes alone.
    #[config(default = 256)]
    pub window_mib: NonZeroUsize,
    /// Handling of failed rows: exported with null in the output columns, left out, or the end of the run.
    #[config(default = "keep")]
    pub on_failure: OnFailure,
    /// Path of the failure file (dead letters), in JSON Lines. Default: beside the first exporter's file.
    pub failure_file: Option<PathBuf>,
    /// Name of an additional column with the status of each row.
    pub status_column: Option<String>,
    /// Time in seconds that calls in flight may still take after Ctrl-C or SIGTERM.
    #[config(default = 30)]
    pub stop_grace_secs: u64,
    /// Lets a source without rows replace an output that has rows.
    #[config(default = false)]
    pub allow_empty: bool,
    /// Maximum rows to read (`--limit`).
    #[serde(skip)]
    pub limit: Option<u64>,
    /// Ignores cached answers (`--refresh`).
    #[serde(skip)]
    pub refresh: bool,
    /// Uses cached answers only (`--offline`).
    #[serde(skip)]
    pub offline: bool,
    /// Uses recorded answers only (`--replay`).
    #[serde(skip)]
    pub replayed: bool,
}

impl RunSettings {
    /// Returns the maximum memory of rows, calls and answers, in bytes.
    pub fn window_bytes(&self) -> usize {
        self.window_mib.get().saturating_mul(1 << 20)
    }

    /// Returns the time that calls in flight may still take after a signal.
    pub fn stop_grace(&self) -> Duration {
        Duration::from_secs(self.stop_grace_secs)
    }
}

impl Default for RunSettings {
    fn default() -> Self {
        empty_table()
    }
}

/// Handling of failed rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Exported with null in the output columns.
    #[default]
    Keep,
    /// Not exported.
    Drop,
    /// The run stops.
    Stop,
}
