//! Retries the calls of a cache that is not available for a while.

use super::backoff::{Backoff, jitter};
use super::outage::{Outage, OutageLimits, OutageSign, outage_error};
use super::stop::{Stop, StopReason};
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Time without an error after which an outage has ended, although no call that had failed succeeds.
const QUIET: Duration = Duration::from_secs(10);
/// Shortest wait, so that no call is retried without one.
const MIN_WAIT: Duration = Duration::from_millis(20);
const BACKOFF: Backoff = Backoff { base: Duration::from_millis(250), cap: Duration::from_secs(5) };

/// The availability of the cache during a command.
#[derive(Debug)]
pub struct Availability {
    stop: Stop,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    outage: Outage,
    /// Times of the report of an outage whose end is not reported yet, and of its last error.
    reported: Option<(Instant, Instant)>,
}

/// Meaning of a successful call for the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Success {
    /// Unknown: the plugin answers without the store.
    Plugin,
    /// An outage has ended.
    Opened,
    /// The config is right, because the store has answered.
    Answered,
}

/// Rules for the repetition of a call.
#[derive(Debug, Clone, Copy)]
pub struct RepeatRules {
    /// Returns true for an error after which the call is retried.
    pub is_temporary: fn(&Error) -> bool,
    /// Meaning of a success.
    pub success: Success,
    /// Time for repetitions after a stop signal.
    pub after_stop: Duration,
}

impl RepeatRules {
    /// The rules of calls that may be dropped after a stop signal.
    pub const DEFAULT: Self = Self { is_temporary: is_away, success: Success::Answered, after_stop: Duration::ZERO };
}

/// Returns true for the error of a store that is busy, or cannot be reached.
pub fn is_away(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Busy | ErrorKind::Retryable)
}

impl Availability {
    /// Creates the state of a cache that may be unavailable for a time, counted from its first error.
    pub fn new(stop: Stop, give_up_after: Duration) -> Self {
        let outage = Outage::new(OutageLimits::new(Some(give_up_after)));
        Self { stop, state: Mutex::new(State { outage, reported: None }) }
    }

    /// Retries a call until it succeeds, fails for another reason, or the time is over.
    ///
    /// # Errors
    /// The last error of the call. If the time is over, the run is stopped with it.
    pub async fn repeat<T, F: Future<Output = Result<T>>>(
        &self,
        rules: RepeatRules,
        mut call: impl FnMut() -> F,
    ) -> Result<T> {
        let (start, mut attempts, mut stopped_at) = (Instant::now(), 0, None);
        loop {
            let error = match call().await {
                Ok(value) => {
                    self.end_outage(rules.success, attempts > 0);
                    return Ok(value);
                }
                Err(error) if (rules.is_temporary)(&error) => error,
                Err(error) => return Err(error),
            };
            attempts += 1;
            let (since, budget) = self.begin_outage(&error);
            let left = (since.min(start) + scaled(budget)).saturating_duration_since(Instant::now());
            let wait = error.wait().unwrap_or_else(|| BACKOFF.delay(attempts, jitter())).max(MIN_WAIT);
            if left <= scaled(wait) {
                return Err(self.give_up(error, budget));
            }
            if self.stop.is_requested() {
                stopped_at.get_or_insert_with(Instant::now);
            }
            if stopped_at.is_some_and(|at| at.elapsed() >= self.time_after_stop(rules)) {
                return Err(error);
            }
            tokio::select! {
                () = sleep(scaled(wait)) => {}
                () = self.stop.requested(), if stopped_at.is_none() => {
                    if self.time_after_stop(rules).is_zero() {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Returns the time for repetitions after the stop signal; none if the cache itself is the reason.
    fn time_after_stop(&self, rules: RepeatRules) -> Duration {
        if self.has_given_up() { Duration::ZERO } else { scaled(rules.after_stop) }
    }

    /// Returns true if the cache has stopped the run.
    fn has_given_up(&self) -> bool {
        matches!(self.stop.reason(), Some(StopReason::Cache(_)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the begin of the outage, and its maximum duration.
    fn begin_outage(&self, error: &Error) -> (Instant, Duration) {
        let mut state = self.state();
        let budget = state.outage.limit(OutageSign::default());
        let now = Instant::now();
        match &mut state.reported {
            Some((_, last_error)) => *last_error = now,
            None if self.has_given_up() => {}
            None => {
                tracing::warn!(%error, "the cache is not available; trying again");
                state.reported = Some((now, now));
            }
        }
        (state.outage.failed(now), budget)
    }

    /// Ends an outage. Calls of other methods may succeed during one, so its end is reported by a call that had failed.
    fn end_outage(&self, success: Success, had_failed: bool) {
        if success == Success::Plugin {
            return;
        }
        let mut state = self.state();
        if success == Success::Answered {
            state.outage.answered();
        }
        state.outage.end();
        if let Some((reported, last_error)) = state.reported
            && (had_failed || last_error.elapsed() >= scaled(QUIET))
            && !self.has_given_up()
        {
            state.reported = None;
            tracing::warn!("the cache is available again after {:.1} s", reported.elapsed().as_secs_f64());
        }
    }

    fn give_up(&self, error: Error, budget: Duration) -> Error {
        let error = outage_error(error, budget);
        self.stop.request(StopReason::Cache(error.clone()));
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const SECOND: Duration = Duration::from_secs(1);
    const GRACE: RepeatRules = RepeatRules { after_stop: Duration::from_secs(5), ..RepeatRules::DEFAULT };

    fn availability(stop: &Stop) -> Availability {
        Availability::new(stop.clone(), 600 * SECOND)
    }

    /// A cache that is unavailable until a time.
    fn until(back: Duration, start: Instant) -> std::future::Ready<Result<u32>> {
        let result = if start.elapsed() < back { Err(Error::new(ErrorKind::Busy, "locked")) } else { Ok(7) };
        std::future::ready(result)
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_ends_in_time_or_stops_the_run() {
        for (answered, outage, ends_in_time) in
            [(false, 50, true), (false, 70, false), (true, 70, true), (true, 590, true), (true, 610, false)]
        {
            let stop = Stop::default();
            let cache = availability(&stop);
            if answered {
                assert_eq!(cache.repeat(RepeatRules::DEFAULT, || std::future::ready(Ok(1))).await, Ok(1));
            }
            let start = Instant::now();
            let result = cache.repeat(RepeatRules::DEFAULT, || until(outage * SECOND, start)).await;
            assert_eq!(result.is_ok(), ends_in_time, "{answered}, {outage}");
            let limit = if answered { 600 } else { 60 };
            assert!(start.elapsed() <= limit * SECOND, "{:?}", start.elapsed());
            if let Err(error) = result {
                assert!(start.elapsed() >= (limit - 5) * SECOND, "{:?}", start.elapsed());
                assert_eq!(error.message, format!("locked (not available for {limit} s)"));
                assert_eq!(stop.reason(), Some(StopReason::Cache(error)));
            } else {
                assert_eq!(stop.reason(), None);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn calls_share_one_outage() {
        let stop = Stop::default();
        let cache = availability(&stop);
        let start = Instant::now();
        let away = || until(1_000 * SECOND, start);
        let late = async {
            sleep(40 * SECOND).await;
            cache.repeat(RepeatRules::DEFAULT, away).await
        };
        let (first, second) = tokio::join!(cache.repeat(RepeatRules::DEFAULT, away), late);
        assert!(first.is_err() && second.is_err());
        assert!(start.elapsed() < 61 * SECOND, "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_of_another_call_does_not_prolong_a_failing_one() {
        let cache = availability(&Stop::default());
        let start = Instant::now();
        let failing = cache.repeat(RepeatRules::DEFAULT, || until(10_000 * SECOND, start));
        let working = async {
            while start.elapsed() < 700 * SECOND {
                sleep(SECOND).await;
                cache.repeat(RepeatRules::DEFAULT, || std::future::ready(Ok(1))).await.unwrap();
            }
        };
        let (result, ()) = tokio::join!(
            async {
                let result = failing.await;
                assert!(start.elapsed() <= 600 * SECOND, "{:?}", start.elapsed());
                result
            },
            working
        );
        assert!(result.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn other_errors_and_plugins_without_a_store_are_not_repeated() {
        let cache = availability(&Stop::default());
        let calls = Cell::new(0);
        let result: Result<()> = cache
            .repeat(RepeatRules::DEFAULT, || {
                calls.set(calls.get() + 1);
                std::future::ready(Err(Error::new(ErrorKind::Corrupt, "damaged")))
            })
            .await;
        assert_eq!((result.unwrap_err().kind, calls.get()), (ErrorKind::Corrupt, 1));
        for success in [Success::Plugin, Success::Opened] {
            let rules = RepeatRules { success, ..RepeatRules::DEFAULT };
            assert_eq!(cache.repeat(rules, || std::future::ready(Ok(1))).await, Ok(1));
        }
        assert!(!cache.state().outage.has_answered());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_signal_ends_repetitions_but_those_of_paid_answers_have_some_time() {
        for (rules, reason, outage, is_ok, at_most) in [
            (RepeatRules::DEFAULT, StopReason::Interrupted, 13, false, 10),
            (GRACE, StopReason::Interrupted, 11, true, 16),
            (GRACE, StopReason::RowFailed, 100, false, 21),
            (GRACE, StopReason::Cache(Error::new(ErrorKind::Busy, "locked")), 11, false, 10),
        ] {
            let stop = Stop::default();
            let cache = availability(&stop);
            let start = Instant::now();
            let signal = async {
                sleep(10 * SECOND).await;
                stop.request(reason.clone());
            };
            let (result, ()) = tokio::join!(
                async {
                    let result = cache.repeat(rules, || until(outage * SECOND, start)).await;
                    (result, start.elapsed())
                },
                signal
            );
            assert_eq!(result.0.is_ok(), is_ok, "{reason:?}");
            assert!(result.1 <= at_most * SECOND + SECOND / 10, "{reason:?}: {:?}", result.1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_a_store_asks_for_is_used() {
        let cache = availability(&Stop::default());
        let start = Instant::now();
        let calls = Cell::new(0);
        let result = cache.repeat(RepeatRules::DEFAULT, || {
            calls.set(calls.get() + 1);
            let error = Error::new(ErrorKind::Busy, "locked").retry_after(Some(3 * SECOND));
            std::future::ready(if calls.get() < 4 { Err(error) } else { Ok(()) })
        });
        result.await.unwrap();
        assert_eq!(start.elapsed(), 9 * SECOND);
    }
}
