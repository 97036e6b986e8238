//! Limits, retries and prices of a provider.

use super::defaults::empty_table;
use rowsmith_plugin_api::PluginConfig;
use std::num::{NonZeroU32, NonZeroUsize};

/// Rate limits of the service. They apply to every call, retries included.
#[derive(Debug, Clone, PluginConfig)]
pub struct ProviderLimits {
    /// Maximum requests in any 60 seconds.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Maximum requests in any 24 hours.
    pub requests_per_day: Option<NonZeroU32>,
    /// Maximum tokens, input and output, in any 60 seconds.
    pub tokens_per_minute: Option<NonZeroU32>,
    /// Maximum concurrent calls.
    #[config(default = 16)]
    pub max_concurrency: NonZeroUsize,
}

impl Default for ProviderLimits {
    fn default() -> Self {
        empty_table()
    }
}

/// Retries of calls that failed for a temporary reason.
#[derive(Debug, Clone, PluginConfig)]
pub struct RetrySettings {
    /// Maximum attempts for a call, the first one included.
    #[config(default = 4)]
    pub max_attempts: NonZeroU32,
    /// Maximum wait in seconds that the service may request. A longer wait counts as an exhausted quota and stops the run.
    #[config(default = 120)]
    pub max_wait_secs: u64,
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
