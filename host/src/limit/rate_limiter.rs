//! The rate limiter, which every call passes: sliding windows, pauses that the service asks for, and shared quota.

use super::clock::Clock;
pub use super::limit_windows::CallSize;
use super::limit_windows::LimitWindows;
use super::shared_quota::{Grant, SharedQuota};
use crate::settings::ProviderLimits;
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::completion::LimitHint;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep_until};

/// Grants permits for calls, one after the other, as early as all limits allow.
pub struct RateLimiter {
    /// Held while waiting, so that calls are granted in the order of their requests. Corrections do not need it.
    turn: Mutex<()>,
    windows: StdMutex<LimitWindows>,
    /// Wakes the waiting call when there may be room earlier than it expects.
    changed: Notify,
    paused_until: StdMutex<Option<Instant>>,
    waited_ms: AtomicU64,
    shared: Option<SharedQuota>,
    clock: Clock,
    is_unlimited: bool,
}

/// A permit for one call.
#[derive(Debug, Clone, Copy)]
pub struct Permit {
    granted_at_ms: u64,
    size: CallSize,
}

impl RateLimiter {
    /// Creates a rate limiter with the limits of a provider.
    pub fn new(limits: &ProviderLimits, shared: Option<SharedQuota>, clock: Clock) -> Self {
        Self::with_windows(LimitWindows::new(limits), shared, clock)
    }

    /// Creates a rate limiter that never waits, for runs that use no service.
    pub fn unlimited(clock: Clock) -> Self {
        Self { is_unlimited: true, ..Self::with_windows(LimitWindows::default(), None, clock) }
    }

    /// Returns true if it never waits.
    pub fn is_unlimited(&self) -> bool {
        self.is_unlimited
    }

    fn with_windows(windows: LimitWindows, shared: Option<SharedQuota>, clock: Clock) -> Self {
        Self {
            turn: Mutex::new(()),
            windows: StdMutex::new(windows),
            changed: Notify::new(),
            paused_until: StdMutex::new(None),
            waited_ms: AtomicU64::new(0),
            shared,
            clock,
            is_unlimited: false,
        }
    }

    /// Waits for a permit for a call of about this size. `None` when the run is stopped, because shared quota cannot be acquired.
    pub async fn acquire(&self, size: CallSize) -> Option<Permit> {
        let _turn = self.turn.lock().await;
        loop {
            let (now, now_ms) = (Instant::now(), self.clock.now_ms());
            let mut wait = self.wait(now, now_ms, size);
            if wait.is_zero() {
                match self.acquire_shared(size).await {
                    Grant::Granted => {
                        // Shared quota may have taken a while.
                        let granted_at_ms = self.clock.now_ms();
                        self.windows().take(granted_at_ms, size);
                        return Some(Permit { granted_at_ms, size });
                    }
                    Grant::Wait(shared_wait) => wait = shared_wait,
                    Grant::Stopped => return None,
                }
            }
            tokio::select! {
                () = sleep_until(now + wait) => {}
                () = self.changed.notified() => {}
            }
            let waited = u64::try_from(now.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.waited_ms.fetch_add(waited, Ordering::Relaxed);
        }
    }

    fn windows(&self) -> MutexGuard<'_, LimitWindows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the time until the pause is over and all windows have room.
    fn wait(&self, now: Instant, now_ms: u64, size: CallSize) -> Duration {
        let pause = self.paused().map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        pause.max(Duration::from_millis(self.windows().wait_ms(now_ms, size)))
    }

    async fn acquire_shared(&self, size: CallSize) -> Grant {
        let Some(shared) = &self.shared else { return Grant::Granted };
        let windows = self.windows().quota_windows(size);
        shared.acquire(|| self.clock.now_ms(), &windows).await
    }

    /// Replaces the estimated size of a permit with the actual one. Absent amounts stay as estimated.
    pub fn correct(&self, permit: Permit, requests: Option<u64>, tokens: Option<u64>) {
        let Permit { granted_at_ms, size } = permit;
        let actual = CallSize { requests: requests.unwrap_or(size.requests), tokens: tokens.unwrap_or(size.tokens) };
        self.windows().correct(granted_at_ms, size, actual);
        self.changed.notify_one();
    }

    fn paused(&self) -> Option<Instant> {
        *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grants no permit for a time that the service asks for.
    pub fn pause(&self, wait: Duration) {
        let Some(until) = Instant::now().checked_add(scaled(wait)).filter(|_| !self.is_unlimited) else { return };
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        if paused.is_none_or(|earlier| earlier < until) {
            *paused = Some(until);
        }
    }

    /// Applies limits that the service reports. They lower the configured limits and never raise them.
    pub fn learn(&self, hints: &[LimitHint], max_wait: Duration) {
        for hint in hints {
            if hint.remaining == Some(0)
                && let Some(reset) = hint.reset_ms.map(Duration::from_millis).filter(|reset| *reset <= max_wait)
            {
                self.pause(reset);
            }
            self.windows().lower(hint);
        }
    }

    /// Returns the time that calls of the run have waited.
    pub fn waited(&self) -> Duration {
        Duration::from_millis(self.waited_ms.load(Ordering::Relaxed))
    }
}
