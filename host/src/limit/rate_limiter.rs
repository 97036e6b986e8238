//! The rate limiter, which every call passes: sliding windows, pauses, concurrency, and shared quota.

use super::backoff::jitter;
use super::clock::Clock;
use super::concurrency::Concurrency;
pub use super::limit_windows::CallSize;
use super::limit_windows::LimitWindows;
use super::outage::OutageLimits;
use super::service_state::{Admission, CallStart, ServiceState, TemporaryFailure, Verdict};
use super::shared_quota::{Grant, SharedQuota};
use super::wait::{Wait, WaitReason, WaitTimes};
use crate::settings::ProviderLimits;
use crate::settings::test_time::{scaled, unscaled};
use rowsmith_plugin_api::completion::LimitHint;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep_until};

pub use super::service_state::Pause;

/// Maximum batches at once, as a multiple of the maximum number of concurrent calls: most of them wait for a retry.
const MAX_BATCHES_PER_CALL: usize = 3;

/// Grants permits for calls, one after the other, as early as all limits allow.
pub struct RateLimiter {
    /// Held while waiting, so that calls are granted in the order of their requests. Corrections do not need it.
    turn: Mutex<()>,
    state: StdMutex<State>,
    /// Wakes the waiting call when there may be room earlier than it expects.
    changed: Notify,
    /// Wakes the run when another batch may be started.
    room: Notify,
    /// Batches that wait for a retry.
    resting: AtomicUsize,
    /// True after the warning about more requests than declared.
    has_warned_of_excess: AtomicBool,
    shared: Option<SharedQuota>,
    clock: Clock,
    is_unlimited: bool,
}

struct State {
    windows: LimitWindows,
    /// End of the pause that the limits of the service require.
    limited_until: Option<Instant>,
    service: ServiceState,
    concurrency: Concurrency,
    in_flight: usize,
    is_local: bool,
    /// The latest wait of the next call.
    wait: Option<Wait>,
    waited: WaitTimes,
}

/// The traits of the service that limits depend on.
#[derive(Debug, Clone, Copy)]
pub struct ServiceTraits {
    /// Maximum times of outages.
    pub outages: OutageLimits,
    /// True for a service on this machine.
    pub is_local: bool,
}

/// A permit for one call, from its start to its end.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    granted_at_ms: u64,
    size: CallSize,
    start: CallStart,
}

/// The end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallEnd {
    /// The service answered a call of this many rows.
    Answered(usize),
    /// The service responded with an error that does not concern its availability.
    Rejected,
    /// The service failed, or rejected the call for its load.
    Failed {
        /// The failure.
        failure: TemporaryFailure,
        /// True if the service has too many calls.
        is_overloaded: bool,
        /// True if no response arrived in time.
        is_timeout: bool,
    },
    /// The call ended without a statement about the service.
    Unknown,
}

/// The state after a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterFailure {
    /// The meaning of the failure.
    pub verdict: Verdict,
    /// True if the call waited in the queue of a local service, which gets fewer calls from now on.
    pub waited_in_queue: bool,
    /// True if the service has answered in this run.
    pub has_answered: bool,
    /// Time since the first failure after the last response.
    pub failing_for: Duration,
    /// The pause, if it is long and the first long one of an outage.
    pub pause_to_report: Option<Pause>,
}

enum Blocked {
    Until(Wait),
    UntilChanged,
}

impl RateLimiter {
    /// Creates a rate limiter with the limits of a provider.
    pub fn new(limits: &ProviderLimits, service: ServiceTraits, shared: Option<SharedQuota>, clock: Clock) -> Self {
        Self::with_windows(LimitWindows::new(limits), limits, service, shared, clock)
    }

    /// Creates a rate limiter that never waits for a time, for runs that use no service.
    pub fn unlimited(limits: &ProviderLimits, clock: Clock) -> Self {
        let service = ServiceTraits { outages: OutageLimits::new(None), is_local: false };
        Self { is_unlimited: true, ..Self::with_windows(LimitWindows::default(), limits, service, None, clock) }
    }

    /// Returns true if it never waits for a time.
    pub fn is_unlimited(&self) -> bool {
        self.is_unlimited
    }

    fn with_windows(
        windows: LimitWindows,
        limits: &ProviderLimits,
        service: ServiceTraits,
        shared: Option<SharedQuota>,
        clock: Clock,
    ) -> Self {
        let configured = limits.max_concurrency.map(NonZeroUsize::get);
        let state = State {
            windows,
            limited_until: None,
            service: ServiceState::new(service.outages),
            concurrency: Concurrency::new(configured, service.is_local),
            in_flight: 0,
            is_local: service.is_local,
            wait: None,
            waited: WaitTimes::default(),
        };
        Self {
            turn: Mutex::new(()),
            state: StdMutex::new(state),
            changed: Notify::new(),
            room: Notify::new(),
            resting: AtomicUsize::new(0),
            has_warned_of_excess: AtomicBool::new(false),
            shared,
            clock,
            is_unlimited: false,
        }
    }

    /// Waits for a permit for a call of about this size. `None` when the run is stopped, because shared quota cannot be acquired.
    pub async fn acquire(&self, size: CallSize) -> Option<Permit> {
        let _turn = self.turn.lock().await;
        loop {
            let now = Instant::now();
            let blocked = self.state().blocked(now, self.clock.now_ms(), size);
            let wait = match blocked {
                None => match self.acquire_shared(size).await {
                    Grant::Granted => match self.grant(size) {
                        Some(permit) => return Some(permit),
                        // The service failed while the shared quota was acquired.
                        None => continue,
                    },
                    Grant::Wait(wait) => Some(Wait { until: now + wait, reason: WaitReason::SharedQuota }),
                    Grant::Stopped => return None,
                },
                Some(Blocked::Until(wait)) => Some(wait),
                Some(Blocked::UntilChanged) => None,
            };
            if let Some(wait) = wait {
                wait.report(now);
                self.state().wait = Some(wait);
            }
            tokio::select! {
                () = sleep_until(wait.map_or(now, |wait| wait.until)), if wait.is_some() => {}
                () = self.changed.notified() => {}
            }
            if let Some(wait) = wait {
                let mut state = self.state();
                state.wait = None;
                state.waited.add(wait.reason, now.elapsed());
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn grant(&self, size: CallSize) -> Option<Permit> {
        // Shared quota may have taken a while.
        let (now, granted_at_ms) = (Instant::now(), self.clock.now_ms());
        let mut state = self.state();
        if state.service.admission(now) != Admission::Open {
            return None;
        }
        state.windows.take(granted_at_ms, size);
        state.in_flight += 1;
        Some(Permit { granted_at_ms, size, start: state.service.sent(now) })
    }

    async fn acquire_shared(&self, size: CallSize) -> Grant {
        let Some(shared) = &self.shared else { return Grant::Granted };
        let windows = self.state().windows.quota_windows(size);
        shared.acquire(|| self.clock.now_ms(), &windows).await
    }

    /// Ends a call. A failure is returned with its meaning; without pauses it is always that of the call alone.
    pub fn end(&self, permit: &Permit, end: CallEnd) -> Option<AfterFailure> {
        let now = Instant::now();
        let mut state = self.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        let after = state.end(permit.start, end, now, self.is_unlimited);
        drop(state);
        self.changed.notify_one();
        self.room.notify_one();
        after
    }

    /// Replaces the estimated size of a permit with the actual one. Absent amounts stay as estimated.
    pub fn correct(&self, permit: &Permit, requests: Option<u64>, tokens: Option<u64>) {
        let Permit { granted_at_ms, size, .. } = *permit;
        if let Some(reported) = requests.filter(|reported| *reported > size.requests)
            && !self.has_warned_of_excess.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(reported, declared = size.requests, "the provider reports more requests than it declares");
        }
        let actual = CallSize { requests: requests.unwrap_or(size.requests), tokens: tokens.unwrap_or(size.tokens) };
        self.state().windows.correct(granted_at_ms, size, actual);
        self.changed.notify_one();
    }

    /// Applies limits that the service reports. They lower the configured limits and never raise them.
    pub fn learn(&self, hints: &[LimitHint], max_wait: Duration) {
        for hint in hints {
            let reset = hint.reset_ms.map(Duration::from_millis).filter(|reset| *reset <= max_wait);
            let until = reset.filter(|_| hint.remaining == Some(0) && !self.is_unlimited);
            let until = until.and_then(|reset| Instant::now().checked_add(scaled(reset)));
            let mut state = self.state();
            state.limited_until = state.limited_until.max(until);
            state.windows.lower(hint);
        }
    }

    /// Waits before a retry. The batch does not count as running meanwhile, so another one can be started.
    pub async fn rest<T>(&self, wait: impl Future<Output = T>) -> T {
        let _resting = Resting::new(self);
        wait.await
    }

    /// Returns whether another batch may be started beside `batches`.
    pub fn has_room(&self, batches: usize) -> bool {
        let state = self.state();
        let running = batches.saturating_sub(self.resting.load(Ordering::Relaxed));
        // A pause needs one batch besides the failed one, so that the next probe is another one.
        let is_useful = state.service.is_open() || batches < 2;
        running < state.concurrency.limit() && batches < state.concurrency.max() * MAX_BATCHES_PER_CALL && is_useful
    }

    /// Waits until another batch may have become possible.
    pub async fn room_changed(&self) {
        self.room.notified().await;
    }

    /// Returns the number of calls in flight.
    pub fn in_flight(&self) -> usize {
        self.state().in_flight
    }

    /// Returns the current pause.
    pub fn pause(&self) -> Option<Pause> {
        self.state().service.pause()
    }

    /// Returns the wait of the next call, except a pause.
    pub fn wait(&self) -> Option<Wait> {
        self.state().wait.filter(|wait| wait.reason != WaitReason::Service)
    }

    /// Returns the time that calls of the run have waited.
    pub fn waited(&self) -> WaitTimes {
        self.state().waited
    }
}

impl State {
    /// Returns the obstacle of a call of this size.
    fn blocked(&mut self, now: Instant, now_ms: u64, size: CallSize) -> Option<Blocked> {
        let until = match self.service.admission(now) {
            Admission::AfterProbe => return Some(Blocked::UntilChanged),
            Admission::Until(until) => Some(until),
            Admission::Open if self.in_flight >= self.concurrency.limit() => return Some(Blocked::UntilChanged),
            Admission::Open => None,
        };
        let room = now + Duration::from_millis(self.windows.wait_ms(now_ms, size));
        let (limited, room) = (self.limited_until, Some(room));
        let longest = until.max(limited).max(room);
        let reason = if longest == until {
            WaitReason::Service
        } else if longest == limited {
            WaitReason::ReportedLimit
        } else {
            WaitReason::ConfiguredLimits
        };
        longest.filter(|until| *until > now).map(|until| Blocked::Until(Wait { until, reason }))
    }

    fn end(&mut self, start: CallStart, end: CallEnd, now: Instant, is_unlimited: bool) -> Option<AfterFailure> {
        match end {
            CallEnd::Answered(_) | CallEnd::Rejected => {
                let failing_for = self.service.failing_for(now);
                if self.service.responded(start, now, end != CallEnd::Rejected) {
                    tracing::warn!("the service responds again after {:.0} s", unscaled(failing_for).as_secs_f64());
                }
                if let CallEnd::Answered(rows) = end {
                    self.concurrency.answered(rows, now);
                }
                None
            }
            CallEnd::Unknown => {
                self.service.ended(start, now);
                None
            }
            CallEnd::Failed { failure, is_overloaded, is_timeout } => {
                let waited_in_queue = is_timeout && self.concurrency.timed_out(start.at(), now, self.is_local);
                if waited_in_queue {
                    self.service.ended(start, now);
                }
                let verdict = if waited_in_queue || is_unlimited {
                    Verdict::CallAlone
                } else {
                    self.failed(start, failure, is_overloaded, now)
                };
                Some(AfterFailure {
                    verdict,
                    waited_in_queue,
                    has_answered: self.service.has_answered(),
                    failing_for: self.service.failing_for(now),
                    pause_to_report: self.service.pause_to_report(now),
                })
            }
        }
    }

    fn failed(&mut self, start: CallStart, failure: TemporaryFailure, is_overloaded: bool, now: Instant) -> Verdict {
        let was_open = self.service.is_open();
        self.service.set_calls(self.in_flight + 1);
        let verdict = self.service.failed(start, failure, now, jitter());
        match verdict {
            Verdict::Paused(_) if was_open => self.concurrency.paused(),
            Verdict::CallAlone if is_overloaded => self.concurrency.overloaded(),
            Verdict::CallAlone | Verdict::Paused(_) | Verdict::GivenUp(_) => {}
        }
        verdict
    }
}

/// Counts a batch that waits for a retry.
struct Resting<'a>(&'a RateLimiter);

impl<'a> Resting<'a> {
    fn new(limiter: &'a RateLimiter) -> Self {
        limiter.resting.fetch_add(1, Ordering::Relaxed);
        limiter.room.notify_one();
        Self(limiter)
    }
}

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        self.0.resting.fetch_sub(1, Ordering::Relaxed);
    }
}
