//! The quota that processes share through the cache.

use super::availability::{Availability, RepeatRules};
use super::limit_windows::ARRIVAL_MARGIN_MS;
use super::stop::{Stop, StopReason};
use crate::settings::OnQuotaError;
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::quota::{QuotaRequest, QuotaWindow};
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Maximum grants of one call that are given back because they arrived too late.
const MAX_LATE_GRANTS: u8 = 2;

/// A quota in a cache.
pub struct SharedQuota {
    cache: CacheClient,
    name: String,
    on_error: OnQuotaError,
    availability: Arc<Availability>,
    stop: Stop,
    has_failed: AtomicBool,
}

/// The reply to a request for shared quota.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// All windows were charged.
    Granted,
    /// No window has room before this time.
    Wait(Duration),
    /// The run is stopped: the quota cannot be acquired.
    Stopped,
}

impl SharedQuota {
    /// Creates a quota. Its name identifies provider and credential.
    pub fn new(
        cache: CacheClient,
        name: String,
        on_error: OnQuotaError,
        availability: Arc<Availability>,
        stop: Stop,
    ) -> Self {
        Self { cache, name, on_error, availability, stop, has_failed: AtomicBool::new(false) }
    }

    /// Charges all windows, or returns the time to wait. `now_ms` reads the clock.
    ///
    /// A service counts arrivals. A grant that takes longer than a request may take to arrive is not used, because the call
    /// would arrive with those of the next window. Its charge stays.
    pub(super) async fn acquire(&self, now_ms: impl Fn() -> u64, windows: &[QuotaWindow]) -> Grant {
        for _ in 0..MAX_LATE_GRANTS {
            let start = Instant::now();
            let grant = self.acquire_once(&now_ms, windows).await;
            if grant != Grant::Granted || start.elapsed() < scaled(Duration::from_millis(ARRIVAL_MARGIN_MS)) {
                return grant;
            }
        }
        self.acquire_once(&now_ms, windows).await
    }

    async fn acquire_once(&self, now_ms: &impl Fn() -> u64, windows: &[QuotaWindow]) -> Grant {
        match self.wait_ms(now_ms, windows).await {
            Ok(0) => Grant::Granted,
            Ok(wait) => Grant::Wait(Duration::from_millis(wait)),
            Err(error) if self.on_error == OnQuotaError::Ignore => {
                if !self.has_failed.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "calls of other processes are not counted");
                }
                Grant::Granted
            }
            Err(error) => {
                self.stop.request(StopReason::Cache(error));
                Grant::Stopped
            }
        }
    }

    async fn wait_ms(&self, now_ms: &impl Fn() -> u64, windows: &[QuotaWindow]) -> Result<u64> {
        // An amount leaves a window one millisecond after its length, and the clocks of two processes differ: an amount of
        // the other process may be ahead of this clock. A wait of two lengths is beyond every difference that a store keeps.
        let Some(longest) = windows.iter().map(|window| window.window_ms.saturating_mul(2).saturating_add(1)).max()
        else {
            return Ok(0);
        };
        let attempt = || async {
            let request = QuotaRequest { name: self.name.clone(), now_ms: now_ms(), windows: windows.to_vec() };
            match self.cache.acquire_quota(&request).await {
                Ok(wait) if wait <= longest => Ok(wait),
                Ok(wait) => {
                    let message = format!("the cache asks to wait {wait} ms, over the maximum of {longest} ms");
                    Err(failed(Error::new(ErrorKind::InvalidData, message)))
                }
                Err(error) => Err(failed(error)),
            }
        };
        if self.on_error == OnQuotaError::Wait {
            let rules = RepeatRules { is_temporary: may_pass, ..RepeatRules::DEFAULT };
            self.availability.repeat(rules, attempt).await
        } else {
            attempt().await
        }
    }
}

fn failed(error: Error) -> Error {
    Error { message: format!("cannot acquire shared quota: {}", error.message), ..error }
}

/// Returns true for an error that a later request may not have.
fn may_pass(error: &Error) -> bool {
    !matches!(error.kind, ErrorKind::Unsupported | ErrorKind::Config | ErrorKind::Auth | ErrorKind::Cancelled)
}
