//! Shorter waits and a wrong clock for tests of the program.

use super::env;
use std::sync::LazyLock;
use std::time::Duration;

/// The factor of all waits, from [`env::ROWSMITH_TEST_TIME_SCALE`].
static SCALE: LazyLock<f64> = LazyLock::new(|| {
    if !cfg!(debug_assertions) {
        return 1.0;
    }
    env::read(env::ROWSMITH_TEST_TIME_SCALE).and_then(|text| parse(&text)).unwrap_or(1.0)
});

/// The time by which the clock is ahead, from [`env::ROWSMITH_TEST_CLOCK_OFFSET_MS`].
static CLOCK_OFFSET: LazyLock<Duration> = LazyLock::new(|| {
    if !cfg!(debug_assertions) {
        return Duration::ZERO;
    }
    let milliseconds = env::read(env::ROWSMITH_TEST_CLOCK_OFFSET_MS).and_then(|text| text.parse().ok());
    Duration::from_millis(milliseconds.unwrap_or_default())
});

/// Returns the time by which the host's clock is ahead of the system's: none, unless a test sets the clock of one process.
pub fn clock_offset() -> Duration {
    *CLOCK_OFFSET
}

/// Returns the real time of a wait: timeouts, grace periods, backoffs, deadlines and quota windows.
///
/// The result equals `wait`, unless a test shortens all waits. Messages and reports name the unscaled time.
pub fn scaled(wait: Duration) -> Duration {
    scaled_by(wait, *SCALE)
}

/// Returns the time that messages name for a real time.
pub fn unscaled(time: Duration) -> Duration {
    if *SCALE < 1.0 { Duration::try_from_secs_f64(time.as_secs_f64() / *SCALE).unwrap_or(time) } else { time }
}

/// Returns the real milliseconds of a wait, as [`scaled`] does.
pub fn scaled_ms(wait: u64) -> u64 {
    u64::try_from(scaled(Duration::from_millis(wait)).as_millis()).unwrap_or(u64::MAX)
}

fn scaled_by(wait: Duration, scale: f64) -> Duration {
    // A scaled duration is rounded, which may overflow the longest durations.
    if scale < 1.0 { wait.mul_f64(scale) } else { wait }
}

fn parse(text: &str) -> Option<f64> {
    text.parse().ok().filter(|scale| *scale > 0.0 && *scale <= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_only_get_shorter() {
        let second = Duration::from_secs(1);
        for (text, expected) in [
            ("0.1", Duration::from_millis(100)),
            ("1", second),
            ("2", second),
            ("0", second),
            ("-1", second),
            ("NaN", second),
            ("fast", second),
        ] {
            assert_eq!(scaled_by(second, parse(text).unwrap_or(1.0)), expected, "{text}");
        }
        assert_eq!(scaled_by(Duration::MAX, 1.0), Duration::MAX);
    }
}
