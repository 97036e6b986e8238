//! The time of requests for leases and quota.
//!
//! A store without a clock is asked at virtual times, so that no check waits. A store with a clock of its own is asked with
//! the times of two hosts whose clocks differ by more than every window and lease, and the checks wait for its clock.

use super::store::StoreUnderTest;
use crate::conformance::assertion::{CheckResult, expect_ok};
use rowsmith_plugin_api::cache::StoreClock;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Difference between the clocks of two hosts.
const SKEW_MS: u64 = 20_000;
/// Attempts of a check that is too slow for the windows of a store with a clock of its own.
const ATTEMPTS: u8 = 5;

/// The time of a store.
pub(super) struct StoreTime {
    clock: StoreClock,
    start: Instant,
    start_ms: u64,
    /// Time that has passed on virtual clocks.
    passed_ms: u64,
    /// Number of requests so far; every second one comes from the other host.
    requests: u64,
}

/// A moment of the store's time.
#[derive(Clone, Copy)]
pub(super) struct Moment(u64);

impl StoreTime {
    pub(super) fn of(store: &StoreUnderTest) -> CheckResult<Self> {
        let clock = expect_ok("asking for the clock of the store", store.client.store())?.clock;
        Ok(Self { clock, start: Instant::now(), start_ms: real_now_ms(), passed_ms: 0, requests: 0 })
    }

    /// Returns true if the store has a clock of its own.
    pub(super) fn is_own(&self) -> bool {
        self.clock == StoreClock::Own
    }

    /// Returns the current moment.
    pub(super) fn now(&self) -> Moment {
        let real_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Moment(if self.is_own() { real_ms } else { self.passed_ms })
    }

    /// Returns `now_ms` of the next request.
    pub(super) fn request_ms(&mut self) -> u64 {
        self.requests += 1;
        if self.is_own() { real_now_ms() + skew_ms(self.requests % 2) } else { self.start_ms + self.passed_ms }
    }

    /// Waits until a time has passed since a moment.
    pub(super) fn pass(&mut self, since: Moment, milliseconds: u64) {
        let left = (since.0 + milliseconds).saturating_sub(self.now().0);
        if self.is_own() {
            wait(Duration::from_millis(left));
        } else {
            self.passed_ms += left;
        }
    }

    /// Returns true if less than this time has passed since a moment.
    pub(super) fn is_within(&self, since: Moment, milliseconds: u64) -> bool {
        self.now().0 < since.0 + milliseconds
    }

    /// Repeats a check until it is fast enough. It returns false when its windows have passed before it could ask.
    pub(super) fn in_time(&mut self, mut check: impl FnMut(&mut Self, u8) -> CheckResult<bool>) -> CheckResult<bool> {
        for attempt in 0..ATTEMPTS {
            if check(self, attempt)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Blocks the check; a store's own clock cannot be set.
#[expect(clippy::disallowed_methods, reason = "a check runs on a thread of its own")]
pub(super) fn wait(time: Duration) {
    thread::sleep(time);
}

/// Time by which the clock of a host is ahead.
pub(super) fn skew_ms(host: u64) -> u64 {
    host * SKEW_MS
}

/// Returns the real time; a store may remove what has expired by its own clock.
pub(super) fn real_now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
