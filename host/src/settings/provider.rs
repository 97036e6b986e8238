//! Limits, retries and prices of a provider.

use super::defaults::empty_table;
use rowsmith_plugin_api::PluginConfig;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::time::Duration;

/// Rate limits of the service. They apply to every call, retries included.
#[derive(Debug, Clone, PluginConfig)]
pub struct ProviderLimits {
    /// Maximum requests in any 60 seconds.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Maximum requests in any 24 hours.
    pub requests_per_day: Option<NonZeroU32>,
    /// Maximum tokens, input and output, in any 60 seconds.
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Maximum concurrent calls. Default: 16. A service on this machine starts with 2, and gets more while that answers more rows a
    /// second.
    pub max_concurrency: Option<NonZeroUsize>,
}

impl Default for ProviderLimits {
    fn default() -> Self {
        empty_table()
    }
}

/// Retries of calls that failed for a temporary reason.
#[derive(Debug, Clone, PluginConfig)]
pub struct RetrySettings {
    /// Maximum time in seconds for which the service may be unavailable, then the run stops. Default: 600, but 60 before the first
    /// answer of the run, and 120 while the service reports that it is loading. Before the first answer a longer time has no effect,
    /// unless the service is loading.
    pub give_up_after_secs: Option<NonZeroU64>,
    /// Maximum attempts for a call, the first one included. Default: no limit. The time is the limit, and a call that fails while
    /// others are answered is split.
    pub max_attempts: Option<NonZeroU32>,
    /// Maximum wait in seconds that the service may request. A longer wait counts as an exhausted quota and stops the run.
    #[config(default = 120)]
    pub max_wait_secs: u64,
}

impl RetrySettings {
    /// Returns the configured maximum time of an outage.
    pub fn give_up_after(&self) -> Option<Duration> {
        self.give_up_after_secs.map(|secs| Duration::from_secs(secs.get()))
    }
}

impl Default for RetrySettings {
    fn default() -> Self {
        empty_table()
    }
}

/// Prices of the service in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, PluginConfig)]
pub struct Prices {
    /// Price of a million input tokens.
    pub input_usd_per_million: f64,
    /// Price of a million output tokens.
    pub output_usd_per_million: f64,
}

impl Prices {
    /// Returns the price of a call in US dollars.
    pub fn cost_usd(&self, input_tokens: u64, output_tokens: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "token counts are far below 2^52")]
        let (input, output) = (input_tokens as f64, output_tokens as f64);
        (input * self.input_usd_per_million + output * self.output_usd_per_million) / 1_000_000.0
    }
}
