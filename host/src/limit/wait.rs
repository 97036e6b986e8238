//! The waits of calls, and their reasons. Pure.

use super::service_state::MIN_REPORTED;
use crate::settings::test_time::{scaled, unscaled};
use serde::{Serialize, Serializer};
use std::time::Duration;
use tokio::time::Instant;

/// The reason why a call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// All calls are paused, because the service is not available or requested it.
    Service,
    /// The service reports that a limit is used up.
    ReportedLimit,
    /// The limits of the config.
    ConfiguredLimits,
    /// The quota that processes share through the cache.
    SharedQuota,
}

impl WaitReason {
    fn text(self) -> &'static str {
        match self {
            Self::Service => "the service",
            Self::ReportedLimit => "the reset of a limit that the service reports as used up",
            Self::ConfiguredLimits => "room in the configured rate limits",
            Self::SharedQuota => "the quota that processes share through the cache",
        }
    }
}

/// The wait of the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The earliest time of the call.
    pub until: Instant,
    /// The reason.
    pub reason: WaitReason,
}

impl Wait {
    /// Describes the wait at a time.
    pub fn text(&self, now: Instant) -> String {
        let left = unscaled(self.until.saturating_duration_since(now)).as_secs_f64().ceil();
        format!("the next call waits {left} s for {}", self.reason.text())
    }

    /// Logs a wait that a user notices. Pauses of the service are reported elsewhere.
    pub(super) fn report(&self, now: Instant) {
        let wait = self.until.saturating_duration_since(now);
        if self.reason != WaitReason::Service && wait >= scaled(MIN_REPORTED) {
            tracing::info!("{}", self.text(now));
        }
    }
}

/// Writes the text of the wait.
impl Serialize for Wait {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text(Instant::now()).serialize(serializer)
    }
}

/// The time that calls have waited, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitTimes {
    /// For limits of the config, of the service, or shared by processes.
    pub quota: Duration,
    /// For a service that is not available or requested a pause.
    pub service: Duration,
}

impl WaitTimes {
    pub(super) fn add(&mut self, reason: WaitReason, waited: Duration) {
        match reason {
            WaitReason::Service => self.service += waited,
            WaitReason::ReportedLimit | WaitReason::ConfiguredLimits | WaitReason::SharedQuota => self.quota += waited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wait_says_for_what_and_is_counted_by_its_reason() {
        let now = Instant::now();
        let until = now + Duration::from_millis(7400);
        let reasons =
            [WaitReason::Service, WaitReason::ReportedLimit, WaitReason::ConfiguredLimits, WaitReason::SharedQuota];
        let texts: std::collections::HashSet<String> =
            reasons.iter().map(|reason| Wait { until, reason: *reason }.text(now)).collect();
        assert_eq!(texts.len(), reasons.len());
        assert!(texts.iter().all(|text| text.contains(" 8 s ")), "{texts:?}");

        let mut times = WaitTimes::default();
        for reason in reasons {
            times.add(reason, Duration::from_secs(1));
        }
        assert_eq!(times, WaitTimes { quota: Duration::from_secs(3), service: Duration::from_secs(1) });
    }
}
