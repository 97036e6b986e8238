//! How a check ends early, and how it waits for a plugin.

use super::report::Outcome;
use crate::run::block_on_for;
use rowsmith_plugin_api::{Error, Result};
use std::future::Future;
use std::time::Duration;

/// Far longer than any call of a plugin takes here, on a busy machine too.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Why a check ends early.
#[derive(Debug)]
pub(super) enum Finding {
    Failed(String),
    Skipped(String),
    /// Failed, and what follows could only fail as well; `rest` is why that is skipped.
    FailedForAll {
        sentence: String,
        rest: &'static str,
    },
}

/// What a check returns.
pub(super) type Judged<T = ()> = std::result::Result<T, Finding>;

impl Finding {
    /// Its sentence.
    pub(super) fn text(self) -> String {
        match self {
            Self::Failed(text) | Self::Skipped(text) | Self::FailedForAll { sentence: text, .. } => text,
        }
    }

    /// A failure that makes what follows pointless; `rest` says why.
    pub(super) fn for_all(self, rest: &'static str) -> Self {
        match self {
            Self::Failed(sentence) => Self::FailedForAll { sentence, rest },
            other => other,
        }
    }
}

impl From<Finding> for Outcome {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Failed(sentence) | Finding::FailedForAll { sentence, .. } => Self::Failed(sentence),
            Finding::Skipped(reason) => Self::Skipped(reason),
        }
    }
}

/// The check fails with this sentence.
pub(super) fn failed<T>(sentence: impl Into<String>) -> Judged<T> {
    Err(Finding::Failed(sentence.into()))
}

/// The check says nothing, for this reason.
pub(super) fn skipped<T>(reason: impl Into<String>) -> Judged<T> {
    Err(Finding::Skipped(reason.into()))
}

/// The check fails unless something holds.
pub(super) fn ensure(holds: bool, sentence: impl FnOnce() -> String) -> Judged {
    if holds { Ok(()) } else { failed(sentence()) }
}

/// What a call returns, be it an error; a call that never ends is a failure.
pub(super) fn outcome<T>(what: &str, call: impl Future<Output = Result<T>>) -> Judged<Result<T>> {
    match block_on_for(call, PATIENCE, || false) {
        Some(result) => Ok(result),
        None => failed(format!("{what} did not end within {} seconds", PATIENCE.as_secs())),
    }
}

/// What a call returns; an error is a failure.
pub(super) fn answer<T>(what: &str, call: impl Future<Output = Result<T>>) -> Judged<T> {
    outcome(what, call)?.or_else(|error| failed(format!("{what} failed: {}", told(&error))))
}

/// What a call returns as an error; a success is a failure.
pub(super) fn refusal<T>(what: &str, call: impl Future<Output = Result<T>>) -> Judged<Error> {
    match outcome(what, call)? {
        Err(error) => Ok(error),
        Ok(_) => failed(format!("{what} succeeded, where an error is due")),
    }
}

/// An error with its kind.
pub(super) fn told(error: &Error) -> String {
    format!("{} ({})", error.message, error.kind.as_str())
}

/// A step of the suite itself that failed, such as reading a file.
pub(super) fn done<T, E: std::fmt::Display>(what: &str, result: std::result::Result<T, E>) -> Judged<T> {
    result.or_else(|error| failed(format!("{what} failed: {error}")))
}
