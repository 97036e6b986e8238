//! An outage of the cache or of the provider, and the maximum time for which the run waits for its end. Pure.

use rowsmith_plugin_api::Error;
use std::time::Duration;
use tokio::time::Instant;

/// Maximum time once the service has answered in this run.
const AFTER_ANSWER: Duration = Duration::from_secs(600);
/// Maximum time before the first answer of a run: the cause is probably a mistake in the config.
const BEFORE_FIRST_ANSWER: Duration = Duration::from_secs(60);
/// Maximum time before the first answer while a service reports that it is loading.
const WHILE_LOADING: Duration = Duration::from_secs(120);

/// Maximum times of an outage.
#[derive(Debug, Clone, Copy)]
pub struct OutageLimits {
    after_answer: Duration,
    before_first_answer: Duration,
    while_loading: Duration,
}

impl OutageLimits {
    /// Creates the limits from the configured time. Before the first answer it can only shorten the default.
    pub fn new(configured: Option<Duration>) -> Self {
        Self {
            after_answer: configured.unwrap_or(AFTER_ANSWER),
            before_first_answer: configured.map_or(BEFORE_FIRST_ANSWER, |time| time.min(BEFORE_FIRST_ANSWER)),
            while_loading: configured.unwrap_or(WHILE_LOADING),
        }
    }
}

/// The content of an error that the maximum time depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutageSign {
    /// True if the service reports that it is loading.
    pub is_loading: bool,
    /// True if the service requests a wait, and therefore works.
    pub requests_wait: bool,
}

/// An outage: the time from the first error to the next answer.
#[derive(Debug)]
pub struct Outage {
    limits: OutageLimits,
    has_answered: bool,
    since: Option<Instant>,
}

impl Outage {
    /// Creates the state of a service that has not been called.
    pub fn new(limits: OutageLimits) -> Self {
        Self { limits, has_answered: false, since: None }
    }

    /// Records an error; returns the time of the first error since the last answer.
    pub fn failed(&mut self, now: Instant) -> Instant {
        *self.since.get_or_insert(now)
    }

    /// Records that the service has answered in this run, so that the config is right.
    pub fn answered(&mut self) {
        self.has_answered = true;
    }

    /// Ends the outage.
    pub fn end(&mut self) {
        self.since = None;
    }

    /// Returns the time of the first error since the last answer.
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Returns whether the service has answered in this run.
    pub fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Returns the maximum time of an outage with such an error.
    pub fn limit(&self, sign: OutageSign) -> Duration {
        if self.has_answered || sign.requests_wait {
            self.limits.after_answer
        } else if sign.is_loading {
            self.limits.while_loading
        } else {
            self.limits.before_first_answer
        }
    }
}

/// Adds the time after which the host gave up to an error.
pub fn outage_error(error: Error, after: Duration) -> Error {
    Error { message: format!("{} (not available for {} s)", error.message, after.as_secs()), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_depends_on_answers_and_on_the_error() {
        let (plain, loading) = (OutageSign::default(), OutageSign { is_loading: true, ..OutageSign::default() });
        let hint = OutageSign { requests_wait: true, ..OutageSign::default() };
        for (configured, before, expected) in
            [(None, [60, 120, 600], 600), (Some(30), [30, 30, 30], 30), (Some(1800), [60, 1800, 1800], 1800)]
        {
            let mut outage = Outage::new(OutageLimits::new(configured.map(Duration::from_secs)));
            let limits = |outage: &Outage| [plain, loading, hint].map(|sign| outage.limit(sign).as_secs());
            assert_eq!(limits(&outage), before, "{configured:?}");
            outage.answered();
            assert_eq!(limits(&outage), [expected; 3], "{configured:?}");
        }
    }

    #[test]
    fn an_outage_begins_with_the_first_error_after_an_answer() {
        let mut outage = Outage::new(OutageLimits::new(None));
        let start = Instant::now();
        let later = start + Duration::from_secs(5);
        assert_eq!((outage.failed(start), outage.failed(later)), (start, start));
        outage.end();
        assert_eq!(outage.failed(later), later);
    }
}
