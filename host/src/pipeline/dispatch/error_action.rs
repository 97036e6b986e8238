//! Selects the reaction to a failed call. Pure.

use crate::limit::backoff::RetryPolicy;
use crate::pipeline::row_failure::FailureReason;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::time::Duration;

/// The reaction to a failed call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ErrorAction {
    /// The call is retried after this wait.
    RetryAfter(Duration),
    /// The call is retried without the answer schema, and so are all later ones.
    RetryWithoutSchema,
    /// The rows go into smaller calls; those that are alone fail for this reason.
    FailRows(FailureReason),
    /// The batch has no response.
    LeaveUnanswered,
    /// No call of the run can succeed.
    StopRun,
}

impl ErrorAction {
    /// Selects the reaction after `tries` calls. `jitter` is in 0..1.
    pub(super) fn after(error: &Error, tries: u32, with_schema: bool, policy: &RetryPolicy, jitter: f64) -> Self {
        match error.kind {
            _ if is_temporary(error) => {
                let requested = error.wait();
                if requested.is_some_and(|wait| wait > policy.max_wait) {
                    Self::StopRun
                } else if tries >= policy.max_attempts {
                    Self::LeaveUnanswered
                } else {
                    Self::RetryAfter(requested.unwrap_or_else(|| policy.delay(tries, jitter)))
                }
            }
            ErrorKind::SchemaRejected if with_schema => Self::RetryWithoutSchema,
            ErrorKind::TooLarge => Self::FailRows(FailureReason::TooLarge),
            ErrorKind::Blocked => Self::FailRows(FailureReason::Refused),
            ErrorKind::Panic | ErrorKind::Other | ErrorKind::Io | ErrorKind::BrokenPipe => Self::LeaveUnanswered,
            _ => Self::StopRun,
        }
    }
}

/// Returns whether the same call may succeed later. A proxy's page in place of a response may be temporary too.
pub(super) fn is_temporary(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Retryable | ErrorKind::InvalidData)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ErrorAction::{FailRows, LeaveUnanswered, RetryAfter, RetryWithoutSchema, StopRun};

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: 3,
        base: Duration::from_secs(1),
        cap: Duration::from_secs(8),
        max_wait: Duration::from_secs(60),
    };

    fn after(error: &Error, tries: u32, with_schema: bool) -> ErrorAction {
        ErrorAction::after(error, tries, with_schema, &POLICY, 1.0)
    }

    #[test]
    fn the_kind_of_an_error_selects_the_action() {
        let cases = [
            (ErrorKind::Retryable, RetryAfter(POLICY.base)),
            (ErrorKind::InvalidData, RetryAfter(POLICY.base)),
            (ErrorKind::TooLarge, FailRows(FailureReason::TooLarge)),
            (ErrorKind::Blocked, FailRows(FailureReason::Refused)),
            (ErrorKind::Panic, LeaveUnanswered),
            (ErrorKind::Other, LeaveUnanswered),
            (ErrorKind::Auth, StopRun),
            (ErrorKind::Billing, StopRun),
            (ErrorKind::QuotaExhausted, StopRun),
            (ErrorKind::BadRequest, StopRun),
        ];
        for (kind, expected) in cases {
            assert_eq!(after(&Error::new(kind, "m"), 1, true), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_temporary_error_is_retried_as_often_and_as_late_as_the_policy_allows() {
        let error =
            |wait: Option<u64>| Error::new(ErrorKind::Retryable, "m").retry_after(wait.map(Duration::from_secs));
        assert_eq!(after(&error(None), 2, true), RetryAfter(POLICY.base * 2));
        assert_eq!(after(&error(Some(60)), 2, true), RetryAfter(POLICY.max_wait));
        assert_eq!(after(&error(Some(60)), 3, true), LeaveUnanswered);
        assert_eq!(after(&error(Some(61)), 1, true), StopRun);
    }

    #[test]
    fn a_schema_is_dropped_once() {
        let error = Error::new(ErrorKind::SchemaRejected, "m");
        assert_eq!(after(&error, 9, true), RetryWithoutSchema);
        assert_eq!(after(&error, 1, false), StopRun);
    }
}
