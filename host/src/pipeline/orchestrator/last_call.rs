//! The time at which calls in flight are cancelled, after the deadline or a signal. Pure.

use crate::limit::stop::StopReason;
use crate::settings::test_time::scaled;
use std::time::Duration;
use tokio::time::Instant;

/// Time that calls in flight at the deadline may still take; their answers may be paid for.
const DEADLINE_GRACE: Duration = Duration::from_secs(10);

/// The end of the calls in flight.
#[derive(Debug)]
pub(super) struct LastCall {
    after_deadline: Option<Instant>,
    after_signal: Option<Instant>,
    signal_grace: Duration,
}

impl LastCall {
    /// Creates it for a run with a deadline, and the time that calls have after a signal.
    pub(super) fn new(deadline: Option<Instant>, signal_grace: Duration) -> Self {
        let after_deadline = deadline.and_then(|deadline| deadline.checked_add(scaled(DEADLINE_GRACE)));
        Self { after_deadline, after_signal: None, signal_grace }
    }

    /// Notes the reason of a stop when it is observed first.
    pub(super) fn note(&mut self, reason: Option<&StopReason>, now: Instant) {
        if self.after_signal.is_none() && matches!(reason, Some(StopReason::Interrupted | StopReason::Terminated)) {
            self.after_signal = now.checked_add(scaled(self.signal_grace));
        }
    }

    /// Returns the time, if there is one.
    pub(super) fn at(&self) -> Option<Instant> {
        [self.after_deadline, self.after_signal].into_iter().flatten().min()
    }

    /// Returns the time after a signal, for the countdown.
    pub(super) fn after_signal(&self) -> Option<Instant> {
        self.after_signal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_end_counts_and_only_signals_begin_a_countdown() {
        let now = Instant::now();
        let after = |secs| Some(now + Duration::from_secs(secs));
        let grace = Duration::from_secs(30);
        for (name, deadline, reason, expected, countdown) in [
            ("running", after(60), None, after(70), None),
            ("deadline", after(0), Some(StopReason::Limit("reached".to_owned())), after(10), None),
            ("signal", None, Some(StopReason::Interrupted), after(30), after(30)),
            ("signal shortly before the deadline", after(5), Some(StopReason::Terminated), after(15), after(30)),
            ("another reason", None, Some(StopReason::RowFailed), None, None),
        ] {
            let mut last = LastCall::new(deadline, grace);
            last.note(reason.as_ref(), now);
            last.note(reason.as_ref(), now + grace);
            assert_eq!((last.at(), last.after_signal()), (expected, countdown), "{name}");
        }
    }
}
