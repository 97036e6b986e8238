//! Selects the reaction to a failed call. Pure.

use crate::limit::rate_limiter::CallEnd;
use crate::limit::service_state::TemporaryFailure;
use crate::pipeline::row_failure::FailureReason;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::time::Duration;

/// The reaction to a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorAction {
    /// The call is retried later; the cause decides how often.
    Retry(Cause),
    /// The call is retried at once, because the provider changed its request.
    RetryChanged,
    /// The call is retried without the answer schema, and so are all later ones.
    RetryWithoutSchema,
    /// The rows go into smaller calls; those that are alone fail for this reason.
    FailRows(FailureReason),
    /// The batch has no response.
    LeaveUnanswered,
    /// No call of the run can succeed.
    StopRun,
}

/// The cause of a temporary failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The service has a limit, or is loading. It says nothing about the rows.
    Limit,
    /// The service is overloaded or cannot be reached.
    Outage,
    /// The response did not arrive in time.
    Timeout,
    /// Another failure, which the rows may cause: a broken connection, an unreadable response, an internal error.
    Response,
}

impl ErrorAction {
    /// Selects the reaction. A requested wait over `max_wait` means that the quota is used up.
    pub(super) fn after(error: &Error, with_schema: bool, max_wait: Duration) -> Self {
        match error.kind {
            _ if is_temporary(error) => match requested_wait(error) {
                Some(wait) if wait > max_wait => Self::StopRun,
                Some(Duration::ZERO) => Self::RetryChanged,
                _ => Self::Retry(cause(error)),
            },
            ErrorKind::SchemaRejected if with_schema => Self::RetryWithoutSchema,
            ErrorKind::TooLarge => Self::FailRows(FailureReason::TooLarge),
            ErrorKind::Blocked => Self::FailRows(FailureReason::Refused),
            ErrorKind::Panic | ErrorKind::Other | ErrorKind::Io | ErrorKind::BrokenPipe => Self::LeaveUnanswered,
            // The content of a row may be the cause, if the service has read it.
            ErrorKind::BadRequest | ErrorKind::NotFound | ErrorKind::SchemaRejected if error.http_status.is_some() => {
                Self::LeaveUnanswered
            }
            ErrorKind::Auth if error.http_status == Some(403) && !error.is_about_account => Self::LeaveUnanswered,
            _ => Self::StopRun,
        }
    }
}

/// Returns true for a failure that the same call may not have later. The time of an outage limits them.
pub fn is_temporary(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Retryable | ErrorKind::InvalidData)
}

/// Returns the wait that the service requests. A status of overload with a wait of zero requests none.
fn requested_wait(error: &Error) -> Option<Duration> {
    let is_status_of_load = matches!(error.http_status, Some(408 | 429 | 500..));
    error.wait().filter(|wait| !(wait.is_zero() && is_status_of_load))
}

fn cause(error: &Error) -> Cause {
    match error.http_status {
        _ if error.is_loading => Cause::Limit,
        _ if error.is_timeout => Cause::Timeout,
        _ if error.kind == ErrorKind::InvalidData => Cause::Response,
        Some(429) => Cause::Limit,
        Some(502 | 503 | 504 | 529) => Cause::Outage,
        None if !error.may_be_billed => Cause::Outage,
        _ => Cause::Response,
    }
}

/// Returns the meaning of an error for the availability of the service.
pub(super) fn end_of_call(error: &Error, action: ErrorAction) -> CallEnd {
    match action {
        ErrorAction::Retry(cause) => CallEnd::Failed {
            failure: TemporaryFailure { wait: requested_wait(error), is_loading: error.is_loading },
            is_overloaded: matches!(cause, Cause::Limit | Cause::Outage),
            is_timeout: cause == Cause::Timeout,
        },
        _ if error.http_status.is_some() => CallEnd::Rejected,
        _ => CallEnd::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ErrorAction::{FailRows, LeaveUnanswered, Retry, RetryChanged, RetryWithoutSchema, StopRun};

    const MAX_WAIT: Duration = Duration::from_secs(60);

    fn after(error: &Error, with_schema: bool) -> ErrorAction {
        ErrorAction::after(error, with_schema, MAX_WAIT)
    }

    #[test]
    fn the_kind_of_an_error_selects_the_action() {
        let cases = [
            (ErrorKind::Retryable, Retry(Cause::Outage)),
            (ErrorKind::InvalidData, Retry(Cause::Response)),
            (ErrorKind::TooLarge, FailRows(FailureReason::TooLarge)),
            (ErrorKind::Blocked, FailRows(FailureReason::Refused)),
            (ErrorKind::Panic, LeaveUnanswered),
            (ErrorKind::Other, LeaveUnanswered),
            (ErrorKind::Auth, StopRun),
            (ErrorKind::Billing, StopRun),
            (ErrorKind::QuotaExhausted, StopRun),
            (ErrorKind::BadRequest, StopRun),
            (ErrorKind::NotFound, StopRun),
        ];
        for (kind, expected) in cases {
            assert_eq!(after(&Error::new(kind, "m"), true), expected, "{kind:?}");
        }
        for (kind, status, expected) in [
            (ErrorKind::BadRequest, 400, LeaveUnanswered),
            (ErrorKind::BadRequest, 422, LeaveUnanswered),
            (ErrorKind::NotFound, 404, LeaveUnanswered),
            (ErrorKind::Auth, 403, LeaveUnanswered),
            (ErrorKind::Auth, 401, StopRun),
            (ErrorKind::Billing, 403, StopRun),
        ] {
            assert_eq!(after(&Error::new(kind, "m").with_http_status(status), true), expected, "{kind:?} {status}");
        }
    }

    #[test]
    fn a_status_of_403_that_names_the_account_stops_the_run() {
        let error = Error::new(ErrorKind::Auth, "m").with_http_status(403);
        assert_eq!(after(&error.clone(), true), LeaveUnanswered);
        assert_eq!(after(&error.about_account(), true), StopRun);
    }

    #[test]
    fn a_temporary_error_is_retried_by_its_cause() {
        let error = || Error::new(ErrorKind::Retryable, "m");
        for (name, error, expected) in [
            ("rate limit", error().with_http_status(429), Cause::Limit),
            ("loading", error().with_http_status(503).loading(), Cause::Limit),
            ("overloaded", error().with_http_status(529), Cause::Outage),
            ("refused connection", error(), Cause::Outage),
            ("broken connection", error().maybe_billed(), Cause::Response),
            ("timeout", error().maybe_billed().timed_out(), Cause::Timeout),
            ("internal error", error().with_http_status(500), Cause::Response),
            ("a web page", Error::new(ErrorKind::InvalidData, "m").with_http_status(200), Cause::Response),
        ] {
            assert_eq!(after(&error, true), Retry(expected), "{name}");
        }
    }

    #[test]
    fn a_requested_wait_decides() {
        let error = |status, secs| {
            let error = Error::new(ErrorKind::Retryable, "m").with_http_status(status);
            error.retry_after(Some(Duration::from_secs(secs)))
        };
        assert_eq!(after(&error(429, 60), true), Retry(Cause::Limit));
        assert_eq!(after(&error(429, 61), true), StopRun);
        assert_eq!(after(&error(400, 0), true), RetryChanged, "the provider changed its request");
        assert_eq!(after(&error(503, 0), true), Retry(Cause::Outage), "the service has no better hint");
    }

    #[test]
    fn a_schema_is_dropped_once() {
        let error = Error::new(ErrorKind::SchemaRejected, "m").with_http_status(400);
        assert_eq!(after(&error, true), RetryWithoutSchema);
        assert_eq!(after(&error, false), LeaveUnanswered);
    }
}
