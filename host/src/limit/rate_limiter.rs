//! Limits requests and tokens per time: sliding windows, pauses that the service asked for, and the quota that processes
//! share.

use super::clock::Clock;
use super::window::SlidingWindow;
use crate::settings::ProviderLimits;
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::cache::{QuotaRequest, QuotaWindow};
use rowsmith_plugin_api::completion::LimitHint;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex as StdMutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep_until};

/// Extra window length: the service counts arrivals while the host counts departures, and the first request of a run also
/// opens the connection.
const ARRIVAL_MARGIN: Duration = Duration::from_millis(500);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Requests,
    Tokens,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Tokens => "tokens",
        }
    }

    fn amount(self, tokens: u64) -> u64 {
        if self == Self::Requests { 1 } else { tokens }
    }
}

struct Limited {
    unit: Unit,
    window: SlidingWindow,
}

/// A quota that processes share through the cache.
pub struct SharedQuota {
    /// The cache that stores the quota.
    pub cache: CacheClient,
    /// The name of provider and credential.
    pub name: String,
}

/// Grants permits in order, each as early as all limits allow.
pub struct RateLimiter {
    /// Held while waiting, so that permits are granted in order. Corrections do not need it, so that a response never waits
    /// for a call that is not sent.
    turn: Mutex<()>,
    windows: StdMutex<Vec<Limited>>,
    /// Wakes the waiting call when there may be room earlier than computed.
    changed: Notify,
    shared_failed: AtomicBool,
    paused_until: StdMutex<Option<Instant>>,
    waited_ms: AtomicU64,
    shared: Option<SharedQuota>,
    clock: Clock,
    is_open: bool,
}

/// The permit of one call, corrected once its token count is known.
#[derive(Debug, Clone, Copy)]
pub struct Permit {
    at: Instant,
    tokens: u64,
}

impl RateLimiter {
    /// Creates a limiter with the limits of a provider.
    pub fn new(limits: &ProviderLimits, shared: Option<SharedQuota>, clock: Clock) -> Self {
        let mut windows = Vec::new();
        let mut add = |unit, limit: Option<std::num::NonZeroU32>, length: Duration| {
            if let Some(limit) = limit {
                windows.push(Limited {
                    unit,
                    window: SlidingWindow::new(u64::from(limit.get()), length + ARRIVAL_MARGIN),
                });
            }
        };
        add(Unit::Requests, limits.requests_per_minute, MINUTE);
        add(Unit::Requests, limits.requests_per_day, DAY);
        add(Unit::Tokens, limits.tokens_per_minute, MINUTE);
        Self::with_windows(windows, shared, clock)
    }

    /// Creates a limiter without limits, for replays.
    pub fn open(clock: Clock) -> Self {
        Self { is_open: true, ..Self::with_windows(Vec::new(), None, clock) }
    }

    /// Returns whether the limiter has no limits at all.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    fn with_windows(windows: Vec<Limited>, shared: Option<SharedQuota>, clock: Clock) -> Self {
        Self {
            turn: Mutex::new(()),
            windows: StdMutex::new(windows),
            changed: Notify::new(),
            shared_failed: AtomicBool::new(false),
            paused_until: StdMutex::new(None),
            waited_ms: AtomicU64::new(0),
            shared,
            clock,
            is_open: false,
        }
    }

    /// Waits for the permit of a call with an estimated number of tokens.
    pub async fn acquire(&self, tokens: u64) -> Permit {
        let _turn = self.turn.lock().await;
        loop {
            let now = Instant::now();
            let mut at = self.room_at(now, tokens);
            if at <= now {
                if let Some(wait) = self.acquire_shared(tokens).await {
                    at = now + wait;
                } else {
                    for limited in self.windows().iter_mut() {
                        limited.window.take(now, limited.unit.amount(tokens));
                    }
                    return Permit { at: now, tokens };
                }
            }
            tokio::select! {
                () = sleep_until(at) => {}
                () = self.changed.notified() => {}
            }
            let waited = u64::try_from(now.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.waited_ms.fetch_add(waited, Ordering::Relaxed);
        }
    }

    fn windows(&self) -> MutexGuard<'_, Vec<Limited>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the earliest time for a call with an estimated number of tokens.
    fn room_at(&self, now: Instant, tokens: u64) -> Instant {
        let paused = self.paused().filter(|until| *until > now).unwrap_or(now);
        let mut windows = self.windows();
        let rooms = windows.iter_mut().map(|limited| limited.window.room_at(now, limited.unit.amount(tokens)));
        rooms.fold(paused, Instant::max)
    }

    /// Acquires from the shared quota; returns the time to wait, or `None` when it is granted.
    async fn acquire_shared(&self, tokens: u64) -> Option<Duration> {
        let shared = self.shared.as_ref()?;
        let window = |limited: &Limited| QuotaWindow {
            unit: limited.unit.as_str().to_owned(),
            window_ms: u64::try_from(limited.window.length().as_millis()).unwrap_or(u64::MAX),
            limit: limited.window.limit(),
            amount: limited.unit.amount(tokens),
        };
        let windows: Vec<QuotaWindow> = self.windows().iter().map(window).collect();
        if windows.is_empty() {
            return None;
        }
        let request = QuotaRequest { name: shared.name.clone(), now_ms: self.clock.now_ms(), windows };
        let wait = shared.cache.acquire(&request).await;
        // No wait is longer than the longest window.
        let wait = wait.and_then(|wait| {
            let believable = Duration::from_millis(wait) <= DAY + ARRIVAL_MARGIN;
            let absurd = || Error::new(ErrorKind::InvalidData, format!("the cache says to wait for {wait} ms"));
            believable.then_some(wait).ok_or_else(absurd)
        });
        match wait {
            Ok(0) => None,
            Ok(wait) => Some(Duration::from_millis(wait)),
            Err(error) => {
                if !self.shared_failed.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "the shared quota cannot be read; other processes are not counted");
                }
                None
            }
        }
    }

    /// Replaces the estimated tokens of a permit by the true count.
    pub fn correct(&self, permit: Permit, tokens: u64) {
        for limited in self.windows().iter_mut().filter(|limited| limited.unit == Unit::Tokens) {
            limited.window.correct(permit.at, permit.tokens, tokens);
        }
        self.changed.notify_one();
    }

    fn paused(&self) -> Option<Instant> {
        *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grants no permit for a while, because the service asked for a pause.
    pub fn pause(&self, wait: Duration) {
        let Some(until) = Instant::now().checked_add(wait).filter(|_| !self.is_open) else { return };
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        if paused.is_none_or(|earlier| earlier < until) {
            *paused = Some(until);
        }
    }

    /// Applies the limits that a service reports; they can lower the configured ones, never raise them.
    pub fn learn(&self, hints: &[LimitHint], max_wait: Duration) {
        for hint in hints {
            if hint.remaining == Some(0)
                && let Some(reset) = hint.reset_ms.map(Duration::from_millis).filter(|reset| *reset <= max_wait)
            {
                self.pause(reset);
            }
            let length = Duration::from_secs(hint.window_secs) + ARRIVAL_MARGIN;
            let mut windows = self.windows();
            let known = windows.iter_mut().find(|l| l.unit.as_str() == hint.unit && l.window.length() == length);
            if let (Some(limited), Some(limit)) = (known, hint.limit) {
                limited.window.lower(limit);
            }
        }
    }

    /// Returns the time during which calls waited for a permit.
    pub fn waited(&self) -> Duration {
        Duration::from_millis(self.waited_ms.load(Ordering::Relaxed))
    }
}
