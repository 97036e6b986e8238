//! The quota that processes share through the cache.

use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::quota::{QuotaRequest, QuotaWindow};
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A quota in a cache.
pub struct SharedQuota {
    cache: CacheClient,
    name: String,
    has_failed: AtomicBool,
}

impl SharedQuota {
    /// Creates a quota. Its name identifies provider and credential.
    pub fn new(cache: CacheClient, name: String) -> Self {
        Self { cache, name, has_failed: AtomicBool::new(false) }
    }

    /// Takes room in all windows, or returns the time to wait. A quota that fails grants everything, with one warning.
    pub(super) async fn acquire(&self, now_ms: u64, windows: Vec<QuotaWindow>) -> Option<Duration> {
        match self.wait_ms(now_ms, windows).await {
            Ok(0) => None,
            Ok(wait) => Some(Duration::from_millis(wait)),
            Err(error) => {
                if !self.has_failed.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "cannot acquire shared quota; calls of other processes are not counted");
                }
                None
            }
        }
    }

    async fn wait_ms(&self, now_ms: u64, windows: Vec<QuotaWindow>) -> Result<u64> {
        // An amount leaves a window one millisecond after its length, and the clocks of two processes differ: an amount of
        // the other process may be ahead of this clock. A wait of two lengths is beyond every difference that a store keeps.
        let Some(longest) = windows.iter().map(|window| window.window_ms.saturating_mul(2).saturating_add(1)).max()
        else {
            return Ok(0);
        };
        let request = QuotaRequest { name: self.name.clone(), now_ms, windows };
        let wait = self.cache.acquire_quota(&request).await?;
        if wait > longest {
            let message = format!("the cache asks to wait {wait} ms, over the maximum of {longest} ms");
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        Ok(wait)
    }
}
