//! Assertions of checks, and calls with a time limit.

use super::call_watch::{hung, limited, patience};
use super::report::CheckOutcome;
use crate::run::block_on_for;
use rowsmith_plugin_api::{Error, Result};
use std::future::Future;

/// Reason why a check stops early.
#[derive(Debug)]
pub(super) enum CheckStop {
    Failed(String),
    Skipped(String),
    /// Failed because a call of the plugin does not end.
    Hung(String),
    /// Failed in a way that makes the checks after it fail as well; they are skipped with the reason `rest`.
    FailedForAll {
        message: String,
        rest: &'static str,
    },
}

/// Result of a check, or of a part of one.
pub(super) type CheckResult<T = ()> = std::result::Result<T, CheckStop>;

impl CheckStop {
    /// The message or the reason.
    pub(super) fn text(self) -> String {
        match self {
            Self::Failed(text) | Self::Skipped(text) | Self::Hung(text) | Self::FailedForAll { message: text, .. } => {
                text
            }
        }
    }

    /// Skips the checks after a failure, with the reason `rest`.
    pub(super) fn for_all(self, rest: &'static str) -> Self {
        match self {
            Self::Failed(message) | Self::Hung(message) => Self::FailedForAll { message, rest },
            other => other,
        }
    }
}

impl From<CheckStop> for CheckOutcome {
    fn from(stop: CheckStop) -> Self {
        match stop {
            CheckStop::Failed(message) | CheckStop::Hung(message) | CheckStop::FailedForAll { message, .. } => {
                Self::Failed(message)
            }
            CheckStop::Skipped(reason) => Self::Skipped(reason),
        }
    }
}

/// Fails the check.
pub(super) fn fail<T>(message: impl Into<String>) -> CheckResult<T> {
    Err(CheckStop::Failed(message.into()))
}

/// Skips the check.
pub(super) fn skip<T>(reason: impl Into<String>) -> CheckResult<T> {
    Err(CheckStop::Skipped(reason.into()))
}

/// Fails the check unless a condition holds.
pub(super) fn ensure(condition: bool, message: impl FnOnce() -> String) -> CheckResult {
    if condition { Ok(()) } else { fail(message()) }
}

/// Returns the result of a call. Fails the check when the call does not end.
pub(super) fn wait_for<T>(what: &str, call: impl Future<Output = Result<T>>) -> CheckResult<Result<T>> {
    limited(what, || block_on_for(call, patience(), || false).map_or_else(|| hung(what), Ok))
}

/// Returns the value of a call. Fails the check when the call fails.
pub(super) fn expect_ok<T>(what: &str, call: impl Future<Output = Result<T>>) -> CheckResult<T> {
    wait_for(what, call)?.or_else(|error| fail(format!("{what} failed: {}", describe(&error))))
}

/// Returns the error of a call. Fails the check when the call succeeds.
pub(super) fn expect_err<T>(what: &str, call: impl Future<Output = Result<T>>) -> CheckResult<Error> {
    match wait_for(what, call)? {
        Err(error) => Ok(error),
        Ok(_) => fail(format!("{what} succeeded, expected an error")),
    }
}

/// Message and kind of an error.
pub(super) fn describe(error: &Error) -> String {
    format!("{} ({})", error.message, error.kind.as_str())
}

/// Returns the value of a step of the suite itself, such as reading a file. Fails the check when the step fails.
pub(super) fn suite_step<T, E: std::fmt::Display>(what: &str, result: std::result::Result<T, E>) -> CheckResult<T> {
    result.or_else(|error| fail(format!("{what} failed: {error}")))
}
