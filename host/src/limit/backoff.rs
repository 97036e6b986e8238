//! Computes the wait before a retry. Pure apart from the jitter.

use std::time::Duration;

/// Waits that double up to a maximum.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Maximum wait after the first attempt.
    pub base: Duration,
    /// Maximum wait without a hint of the service.
    pub cap: Duration,
}

impl Backoff {
    /// Waits of a provider that requests none.
    pub const PROVIDER: Self = Self { base: Duration::from_millis(500), cap: Duration::from_secs(60) };

    /// Returns the wait after `attempt` failed attempts: full jitter under an exponential cap. `jitter` is in 0..1.
    pub fn delay(&self, attempt: u32, jitter: f64) -> Duration {
        let doubled = self.base.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.min(self.cap).mul_f64(jitter.clamp(0.0, 1.0))
    }

    /// Returns a wait of at least half the exponential cap, for pauses in which nothing is sent.
    pub fn pause(&self, attempt: u32, jitter: f64) -> Duration {
        self.delay(attempt, f64::midpoint(1.0, jitter))
    }
}

/// Returns a random number in 0..1.
pub fn jitter() -> f64 {
    fastrand::f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_cap() {
        let secs = Duration::from_secs;
        let backoff = Backoff { base: secs(1), cap: secs(8) };
        let waits = [1, 2, 3, 4, 9, 200].map(|attempt| backoff.delay(attempt, 1.0));
        assert_eq!(waits, [1, 2, 4, 8, 8, 8].map(secs));
        assert_eq!(backoff.delay(3, 0.5), secs(2));
        assert_eq!([0.0, 0.5, 1.0].map(|jitter| backoff.pause(3, jitter)), [2, 3, 4].map(secs));
        assert!((0..1000).all(|_| (0.0..=1.0).contains(&jitter())));
    }
}
