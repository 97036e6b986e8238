//! Wall-clock time that is monotonic within a run, and pauses with tokio's clock.

use crate::settings::test_time::clock_offset;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The time since 1970, read once and then advanced by the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    base: Duration,
    start: Instant,
}

impl Clock {
    /// Reads the system's clock.
    pub fn start() -> Self {
        let base = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { base: base + clock_offset(), start: Instant::now() }
    }

    /// Returns the milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        u64::try_from((self.base + self.start.elapsed()).as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns the seconds since 1970.
    pub fn now_secs(&self) -> u64 {
        self.now_ms() / 1_000
    }

    /// Returns the duration of the run.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
