//! The state of the service: open, paused, or probed by one call. Pure.
//!
//! A pause holds for all calls of the provider. Calls that were sent before it began belong to its cause, so their failures
//! neither start another pause nor make this one longer. After a pause one call is sent; its response ends the outage or
//! starts a longer pause.

use super::backoff::Backoff;
use super::outage::{Outage, OutageLimits, OutageSign};
use crate::settings::test_time::{scaled, unscaled};
use serde::{Serialize, Serializer};
use std::time::Duration;
use tokio::time::Instant;

/// Minimum failures without a response in between after which they are not those of single calls.
const MAX_FAILURES_IN_A_ROW: u32 = 3;
/// Calls in flight for each such failure: with many of them, a few single failures follow each other by chance.
const CALLS_PER_FAILURE: usize = 4;
/// Minimum pause that is reported; shorter ones are usual.
pub(super) const MIN_REPORTED: Duration = Duration::from_secs(4);

/// A failure that the same call may not have later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TemporaryFailure {
    /// The wait that the service requests.
    pub wait: Option<Duration>,
    /// True if the service reports that it is loading.
    pub is_loading: bool,
}

/// The meaning of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Other calls get responses.
    CallAlone,
    /// All calls wait until this time.
    Paused(Instant),
    /// The service has not been available for this time, the maximum. Calls that are sent all the same wait as for a pause.
    GivenUp(Duration),
}

/// A pause of all calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The time of the next call.
    pub until: Instant,
    /// The time at which the host gives up.
    pub give_up_at: Instant,
    /// True if the service requested the wait.
    pub is_requested: bool,
}

impl Pause {
    /// Describes the pause at a time.
    pub fn text(&self, now: Instant) -> String {
        let until = |at: Instant| unscaled(at.saturating_duration_since(now));
        let wait = until(self.until).as_secs_f64().ceil();
        if self.is_requested {
            return format!("paused {wait} s: the service asked");
        }
        let left = until(self.give_up_at).as_secs();
        let left = if left < 120 { format!("{left} s") } else { format!("{} m", left / 60) };
        format!("the service is down: next try in {wait} s, giving up in {left}")
    }
}

/// Writes the text of the pause.
impl Serialize for Pause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text(Instant::now()).serialize(serializer)
    }
}

/// The part of a permit that relates a call to a pause.
#[derive(Debug, Clone, Copy)]
pub struct CallStart {
    at: Instant,
    pause: u64,
}

impl CallStart {
    /// Returns the time at which the call was sent.
    pub fn at(&self) -> Instant {
        self.at
    }
}

/// The reply to a call that would like to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may be sent.
    Open,
    /// It waits until this time.
    Until(Instant),
    /// It waits for the response to the probe.
    AfterProbe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Paused(Pause),
    Probing,
}

/// The state of the service as far as this run has observed it.
#[derive(Debug)]
pub struct ServiceState {
    outage: Outage,
    phase: Phase,
    /// Number of pauses so far.
    pauses: u64,
    /// Pauses since the last response.
    pauses_in_a_row: u32,
    failures_in_a_row: u32,
    /// Calls in flight at the last failure.
    calls_at_once: usize,
    last_response: Option<Instant>,
    is_reported: bool,
}

impl ServiceState {
    /// Creates the state of a service that has not been called.
    pub fn new(limits: OutageLimits) -> Self {
        Self {
            outage: Outage::new(limits),
            phase: Phase::Open,
            pauses: 0,
            pauses_in_a_row: 0,
            failures_in_a_row: 0,
            calls_at_once: 1,
            last_response: None,
            is_reported: false,
        }
    }

    /// Returns whether a call may be sent.
    pub fn admission(&self, now: Instant) -> Admission {
        match self.phase {
            Phase::Paused(pause) if now < pause.until => Admission::Until(pause.until),
            Phase::Open | Phase::Paused(_) => Admission::Open,
            Phase::Probing => Admission::AfterProbe,
        }
    }

    /// Records that a call is sent; after a pause it is the probe.
    pub fn sent(&mut self, now: Instant) -> CallStart {
        if matches!(self.phase, Phase::Paused(_)) {
            self.phase = Phase::Probing;
        }
        CallStart { at: now, pause: self.pauses }
    }

    /// Records a response that proves that the service works; `is_answer` if it is an answer. Returns true if an outage ends that
    /// was reported.
    pub fn responded(&mut self, call: CallStart, now: Instant, is_answer: bool) -> bool {
        if is_answer {
            self.outage.answered();
        }
        if self.phase != Phase::Open && call.pause != self.pauses {
            // The call was sent before the service failed.
            return false;
        }
        (self.pauses_in_a_row, self.failures_in_a_row) = (0, 0);
        self.last_response = Some(now);
        self.phase = Phase::Open;
        self.outage.end();
        std::mem::take(&mut self.is_reported)
    }

    /// Records a call that ended without a statement about the service.
    pub fn ended(&mut self, call: CallStart, now: Instant) {
        if self.phase == Phase::Probing && call.pause == self.pauses {
            // The next call is the probe.
            let pause = Pause { until: now, give_up_at: now, is_requested: false };
            self.phase = Phase::Paused(pause);
        }
    }

    /// Sets the number of calls in flight.
    pub fn set_calls(&mut self, calls: usize) {
        self.calls_at_once = calls;
    }

    /// Records a failure. `jitter` is in 0..1.
    pub fn failed(&mut self, call: CallStart, failure: TemporaryFailure, now: Instant, jitter: f64) -> Verdict {
        self.failures_in_a_row += 1;
        let since = self.outage.failed(now);
        let sign = OutageSign { is_loading: failure.is_loading, requests_wait: failure.wait.is_some() };
        let limit = self.outage.limit(sign);
        let is_old = call.pause != self.pauses;
        match (self.phase, failure.wait) {
            (Phase::Paused(pause), wait) if is_old => return Verdict::Paused(self.extend(pause, wait, now)),
            (Phase::Probing, None) if is_old => return Verdict::Paused(now),
            (_, None) if is_old || self.has_responded_since(call) => return Verdict::CallAlone,
            _ => {}
        }
        let left = (since + scaled(limit)).saturating_duration_since(now);
        let wait = failure.wait.unwrap_or_else(|| Backoff::PROVIDER.pause(self.pauses_in_a_row + 1, jitter));
        let is_over = left.is_zero() || (failure.wait.is_some() && scaled(wait) > left);
        self.pauses += 1;
        self.pauses_in_a_row += 1;
        let until = now + if is_over { scaled(wait) } else { scaled(wait).min(left) };
        let pause = Pause { until, give_up_at: since + scaled(limit), is_requested: failure.wait.is_some() };
        self.phase = Phase::Paused(pause);
        if is_over { Verdict::GivenUp(limit) } else { Verdict::Paused(until) }
    }

    /// Makes a pause as long as another call of the same outage is told to wait.
    fn extend(&mut self, pause: Pause, wait: Option<Duration>, now: Instant) -> Instant {
        let requested = wait.map(|wait| now + scaled(wait)).filter(|until| *until > pause.until);
        if let Some(until) = requested {
            self.phase = Phase::Paused(Pause { until, is_requested: true, ..pause });
        }
        requested.unwrap_or(pause.until)
    }

    /// Returns whether the service works, because another call got a response meanwhile.
    fn has_responded_since(&self, call: CallStart) -> bool {
        let by_chance = u32::try_from(self.calls_at_once / CALLS_PER_FAILURE).unwrap_or(u32::MAX);
        self.failures_in_a_row < MAX_FAILURES_IN_A_ROW.max(by_chance)
            && self.last_response.is_some_and(|at| at >= call.at)
    }

    /// Returns the current pause, once in an outage, if it is long.
    pub fn pause_to_report(&mut self, now: Instant) -> Option<Pause> {
        let pause = self.pause().filter(|pause| pause.until >= now + scaled(MIN_REPORTED))?;
        (!std::mem::replace(&mut self.is_reported, true)).then_some(pause)
    }

    /// Returns the current pause.
    pub fn pause(&self) -> Option<Pause> {
        if let Phase::Paused(pause) = self.phase { Some(pause) } else { None }
    }

    /// Returns whether calls wait for the service.
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Returns whether the service has answered in this run.
    pub fn has_answered(&self) -> bool {
        self.outage.has_answered()
    }

    /// Returns the time since the first failure after the last response.
    pub fn failing_for(&self, now: Instant) -> Duration {
        self.outage.since().map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const PLAIN: TemporaryFailure = TemporaryFailure { wait: None, is_loading: false };

    fn state() -> ServiceState {
        ServiceState::new(OutageLimits::new(None))
    }

    fn hint(secs: u64) -> TemporaryFailure {
        TemporaryFailure { wait: Some(Duration::from_secs(secs)), is_loading: false }
    }

    /// Probes a failing service until the host gives up; returns the number of calls and the time.
    fn calls_until_given_up(state: &mut ServiceState, failure: TemporaryFailure) -> (u32, Duration) {
        let start = Instant::now();
        let mut now = start;
        for calls in 1..=1_000 {
            let call = state.sent(now);
            match state.failed(call, failure, now, 1.0) {
                Verdict::Paused(until) => now = until,
                Verdict::GivenUp(_) => return (calls, now - start),
                Verdict::CallAlone => panic!("no call was answered"),
            }
        }
        panic!("the host does not give up");
    }

    #[test]
    fn an_outage_is_sat_out_for_a_time_that_depends_on_earlier_answers() {
        let loading = TemporaryFailure { is_loading: true, ..PLAIN };
        for (name, answered, failure, secs, max_calls) in [
            ("before an answer", false, PLAIN, 60, 9),
            ("loading", false, loading, 120, 10),
            ("a requested wait", false, hint(50), 600, 13),
            ("after an answer", true, PLAIN, 600, 20),
            ("loading after an answer", true, loading, 600, 20),
        ] {
            let mut state = state();
            if answered {
                let now = Instant::now();
                let call = state.sent(now);
                state.responded(call, now, true);
                // The next call starts later than the answer.
                let call = state.sent(now + SECOND);
                assert!(matches!(state.failed(call, failure, now + SECOND, 1.0), Verdict::Paused(_)), "{name}");
            }
            let (calls, time) = calls_until_given_up(&mut state, failure);
            assert!(time.as_secs().abs_diff(secs) <= 1, "{name}: {time:?}");
            assert!(calls <= max_calls, "{name}: {calls} calls");
        }
    }

    #[test]
    fn failures_of_calls_in_flight_are_one_event() {
        let mut state = state();
        let start = Instant::now();
        let calls: Vec<CallStart> = (0..16).map(|_| state.sent(start)).collect();
        let verdicts: Vec<Verdict> = calls.iter().map(|call| state.failed(*call, PLAIN, start, 1.0)).collect();
        assert_eq!(verdicts, [Verdict::Paused(start + SECOND / 2); 16]);
        assert_eq!(state.admission(start), Admission::Until(start + SECOND / 2));
    }

    #[test]
    fn one_call_is_sent_after_a_pause() {
        let mut state = state();
        let start = Instant::now();
        let call = state.sent(start);
        state.failed(call, hint(5), start, 1.0);
        let after = start + 5 * SECOND;
        assert_eq!(state.admission(after - SECOND), Admission::Until(after));
        assert_eq!(state.admission(after), Admission::Open);
        let probe = state.sent(after);
        assert_eq!(state.admission(after), Admission::AfterProbe);
        state.ended(probe, after);
        assert_eq!(state.admission(after), Admission::Open, "the probe ended without a response");
        let probe = state.sent(after);
        assert!(!state.responded(call, after, true), "a call from before the pause proves nothing");
        assert_eq!(state.admission(after), Admission::AfterProbe);
        state.responded(probe, after, true);
        assert_eq!(state.admission(after), Admission::Open);
    }

    #[test]
    fn a_failure_beside_answers_pauses_nothing() {
        let mut state = state();
        let start = Instant::now();
        let calls: Vec<CallStart> = (0..8).map(|_| state.sent(start)).collect();
        state.responded(calls[0], start + SECOND, true);
        let fail = |state: &mut ServiceState, call, failure| state.failed(call, failure, start + SECOND, 1.0);
        assert_eq!(fail(&mut state, calls[1], PLAIN), Verdict::CallAlone);
        assert_eq!(fail(&mut state, calls[2], PLAIN), Verdict::CallAlone);
        assert!(matches!(fail(&mut state, calls[3], PLAIN), Verdict::Paused(_)), "three failures in a row");
        state.responded(calls[4], start + SECOND, true);
        let mut state = self::state();
        let calls: Vec<CallStart> = (0..48).map(|_| state.sent(start)).collect();
        state.responded(calls[0], start + SECOND, true);
        state.set_calls(47);
        let alone = calls[1..].iter().take_while(|call| fail(&mut state, **call, PLAIN) == Verdict::CallAlone).count();
        assert_eq!(alone, 10, "many calls at once");
        let mut state = self::state();
        let calls: Vec<CallStart> = (0..2).map(|_| state.sent(start)).collect();
        state.responded(calls[0], start + SECOND, true);
        assert_eq!(fail(&mut state, calls[1], hint(3)), Verdict::Paused(start + 4 * SECOND), "a hint holds for all");
    }

    #[test]
    fn a_long_pause_is_reported_once_in_an_outage() {
        let mut state = state();
        let mut now = Instant::now();
        let mut reported = Vec::new();
        for _ in 0..6 {
            let call = state.sent(now);
            state.failed(call, PLAIN, now, 1.0);
            reported.extend(state.pause_to_report(now).map(|pause| pause.text(now)));
            now = state.pause().map_or(now, |pause| pause.until);
        }
        assert_eq!(reported, ["the service is down: next try in 4 s, giving up in 56 s"]);
        let call = state.sent(now);
        assert!(state.responded(call, now, true) && !state.responded(call, now, true));
        let call = state.sent(now + SECOND);
        state.failed(call, hint(90), now + SECOND, 1.0);
        let text = state.pause_to_report(now + SECOND).map(|pause| pause.text(now + SECOND));
        assert_eq!(text.as_deref(), Some("paused 90 s: the service asked"));
    }

    #[test]
    fn the_longest_requested_wait_holds() {
        let mut state = state();
        let start = Instant::now();
        let calls: Vec<CallStart> = (0..3).map(|_| state.sent(start)).collect();
        for (call, secs, expected) in [(0, 3, 3), (1, 7, 7), (2, 5, 7)] {
            let verdict = state.failed(calls[call], hint(secs), start, 1.0);
            assert_eq!(verdict, Verdict::Paused(start + expected * SECOND));
        }
        assert!(state.pause().is_some_and(|pause| pause.is_requested));
    }
}
