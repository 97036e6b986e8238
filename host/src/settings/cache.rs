//! The use of the cache by a run.

use super::defaults::empty_table;
use rowsmith_plugin_api::{ConfigSchema, PluginConfig};
use serde::Deserialize;
use std::num::NonZeroU64;
use std::time::Duration;

/// The use of the cache by a run.
#[derive(Debug, Clone, PluginConfig)]
pub struct CacheSettings {
    /// Reaction when the quota that processes share cannot be acquired: "wait" (calls wait, and the run stops if the cache stays
    /// unavailable), "stop" (the run stops at once) or "ignore" (calls of other processes are not counted).
    #[config(default = "wait")]
    pub on_quota_error: OnQuotaError,
    /// Time after which a stored answer is removed, for example "90d". Requires a cache with the capability `expiry`. Default: answers
    /// are kept.
    #[config(min = "1s")]
    pub expire_after: Option<Duration>,
    /// Repetition of calls while the cache is busy or cannot be reached.
    #[config(default)]
    pub retry: CacheRetrySettings,
}

impl Default for CacheSettings {
    fn default() -> Self {
        empty_table()
    }
}

/// Reaction to a shared quota that cannot be acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnQuotaError {
    /// Calls wait.
    #[default]
    Wait,
    /// The run stops.
    Stop,
    /// Calls are sent without shared quota.
    Ignore,
}

/// Repetition of calls of a cache.
#[derive(Debug, Clone, PluginConfig)]
pub struct CacheRetrySettings {
    /// Maximum time in seconds for which the cache may be unavailable, then the run stops. Before the cache has answered once, the
    /// run stops after 60 seconds.
    #[config(default = 600)]
    pub give_up_after_secs: NonZeroU64,
}

impl Default for CacheRetrySettings {
    fn default() -> Self {
        empty_table()
    }
}

impl CacheRetrySettings {
    /// Returns the maximum time for which the cache may be unavailable.
    pub fn give_up_after(&self) -> Duration {
        Duration::from_secs(self.give_up_after_secs.get())
    }
}
