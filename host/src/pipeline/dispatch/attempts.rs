//! Counts the failed calls of a batch, and decides when the batch is left unanswered. Pure.
//!
//! An outage is limited by time, not by a number of calls. A batch is left unanswered only when its rows may be the
//! cause: its calls fail while those of others are answered, or fail in a way that rows can cause.

use super::error_action::Cause;
use crate::limit::rate_limiter::AfterFailure;
use crate::limit::service_state::Verdict;
use crate::settings::test_time::scaled;
use std::time::Duration;

/// Maximum calls of a batch while the service has a limit, and answers other calls.
const MAX_AFTER_LIMITS: u32 = 16;
/// Maximum calls of a batch while the service is overloaded or cannot be reached.
const MAX_AFTER_OUTAGES: u32 = 8;
/// Maximum calls of a batch after responses that its rows may break.
const MAX_AFTER_RESPONSES: u32 = 4;
/// Maximum calls of a batch without a response in time; each takes as long as the timeout.
const MAX_AFTER_TIMEOUTS: u32 = 2;
/// Maximum requests that a provider changes for one batch.
const MAX_CHANGES: u32 = 8;
/// Minimum time of failures for a row on its own, if no other call is answered.
const MIN_TIME_OF_ONE_ROW: Duration = Duration::from_secs(30);

/// The calls of a batch so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempts {
    /// Configured maximum of all calls.
    max: Option<u32>,
    /// True if the batch has several rows.
    is_divisible: bool,
    /// True for a row that an earlier run recorded without a response.
    is_known: bool,
    failed: u32,
    counted: u32,
    changed: u32,
}

impl Attempts {
    /// Starts to count.
    pub(super) fn new(max: Option<u32>, rows: usize, is_known: bool) -> Self {
        Self { max, is_divisible: rows > 1, is_known, failed: 0, counted: 0, changed: 0 }
    }

    /// Returns true if the batch has several rows.
    pub(super) fn is_divisible(&self) -> bool {
        self.is_divisible
    }

    /// Returns true for a row that an earlier run recorded without a response.
    pub(super) fn are_for_known_row(&self) -> bool {
        self.is_known
    }

    /// Returns the number of failed calls that count.
    pub(super) fn counted(&self) -> u32 {
        self.counted
    }

    /// Starts again, for a request that differs.
    pub(super) fn restart(&mut self) {
        (self.failed, self.counted) = (0, 0);
    }

    /// Counts a request that the provider changed; returns false if it changes too many.
    pub(super) fn may_change(&mut self) -> bool {
        self.changed += 1;
        self.changed <= MAX_CHANGES
    }

    /// Counts a failure; returns true if the batch is left unanswered.
    pub(super) fn are_exhausted(&mut self, cause: Cause, after: AfterFailure) -> bool {
        self.failed += 1;
        let is_alone = after.verdict == Verdict::CallAlone;
        self.counted += u32::from(is_alone || cause != Cause::Limit);
        if self.max.is_some_and(|max| self.failed >= max) {
            return true;
        }
        let max = match cause {
            Cause::Limit => MAX_AFTER_LIMITS,
            Cause::Outage => MAX_AFTER_OUTAGES,
            Cause::Response => MAX_AFTER_RESPONSES,
            Cause::Timeout => MAX_AFTER_TIMEOUTS,
        };
        self.counted >= max && (self.is_divisible || self.is_fault_of_one_row(cause, after, is_alone))
    }

    fn is_fault_of_one_row(&self, cause: Cause, after: AfterFailure, is_alone: bool) -> bool {
        let rows_can_cause_it = matches!(cause, Cause::Response | Cause::Timeout);
        if self.is_known && rows_can_cause_it {
            return true;
        }
        after.has_answered && (is_alone || (rows_can_cause_it && after.failing_for >= scaled(MIN_TIME_OF_ONE_ROW)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn after(is_alone: bool, has_answered: bool, secs: u64) -> AfterFailure {
        let verdict = if is_alone { Verdict::CallAlone } else { Verdict::Paused(Instant::now()) };
        AfterFailure {
            verdict,
            waited_in_queue: false,
            has_answered,
            failing_for: Duration::from_secs(secs),
            pause_to_report: None,
        }
    }

    /// Returns the number of failures after which a batch is left unanswered; none up to 100.
    fn calls(max: Option<u32>, rows: usize, cause: Cause, after: AfterFailure) -> Option<u32> {
        let mut attempts = Attempts::new(max, rows, false);
        (1..=100).find(|_| attempts.are_exhausted(cause, after))
    }

    #[test]
    fn the_cause_decides_how_often_a_batch_is_asked() {
        let outage = after(false, true, 100);
        for (name, rows, cause, after, expected) in [
            ("a limit says nothing about rows", 20, Cause::Limit, outage, None),
            ("a limit for this batch alone", 20, Cause::Limit, after(true, true, 0), Some(16)),
            ("overloaded", 20, Cause::Outage, outage, Some(8)),
            ("overloaded, one row", 1, Cause::Outage, outage, None),
            ("overloaded, one row alone", 1, Cause::Outage, after(true, true, 0), Some(8)),
            ("broken", 20, Cause::Response, outage, Some(4)),
            ("broken, one row, before an answer", 1, Cause::Response, after(false, false, 100), None),
            ("broken, one row, for a short time", 1, Cause::Response, after(false, true, 29), None),
            ("broken, one row, for a long time", 1, Cause::Response, after(false, true, 30), Some(4)),
            ("broken, one row alone", 1, Cause::Response, after(true, true, 0), Some(4)),
            ("timeout", 20, Cause::Timeout, outage, Some(2)),
        ] {
            assert_eq!(calls(None, rows, cause, after), expected, "{name}");
            assert_eq!(calls(Some(1), rows, cause, after), Some(1), "{name}: the configured maximum");
        }
    }

    #[test]
    fn a_row_of_an_earlier_run_needs_no_answer_to_others() {
        let before_an_answer = after(false, false, 0);
        for (cause, expected) in
            [(Cause::Response, Some(4)), (Cause::Timeout, Some(2)), (Cause::Outage, None), (Cause::Limit, None)]
        {
            let mut attempts = Attempts::new(None, 1, true);
            assert_eq!((1..=100).find(|_| attempts.are_exhausted(cause, before_an_answer)), expected, "{cause:?}");
        }
    }

    #[test]
    fn a_provider_changes_its_request_a_few_times() {
        let mut attempts = Attempts::new(None, 20, false);
        assert_eq!((0..100).take_while(|_| attempts.may_change()).count(), 8);
    }
}
