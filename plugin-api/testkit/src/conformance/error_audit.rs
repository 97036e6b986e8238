//! Checks of every error that a plugin returns while a suite runs.

use super::assertion::{CheckResult, ensure};
use super::plugin_under_test::{PluginUnderTest, WatchedInstance};
use crate::secret_marker;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::Caller;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The first error with each fault, as a message.
#[derive(Default)]
pub(super) struct ErrorAudit(Mutex<ErrorFaults>);

#[derive(Default)]
struct ErrorFaults {
    panic: Option<String>,
    style: Option<String>,
    secret: Option<String>,
}

impl ErrorAudit {
    fn faults(&self) -> MutexGuard<'_, ErrorFaults> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Examines one error.
    pub(super) fn examine(&self, error: &Error) {
        let mut faults = self.faults();
        if error.kind == ErrorKind::Panic {
            faults.panic.get_or_insert_with(|| error.message.clone());
        }
        if let Some(fault) = style_fault(&error.message) {
            faults.style.get_or_insert_with(|| format!("the error `{}` {fault}", error.message));
        }
        let texts = [Some(error.message.as_str()), error.hint.as_deref()];
        let context = error.context.iter().map(|(_, value)| value.as_str());
        if texts.into_iter().flatten().chain(context).any(secret_marker::is_in) {
            let safe = secret_marker::redacted(&error.message);
            faults.secret.get_or_insert_with(|| format!("the error `{safe}`, its hint or its context has a secret"));
        }
    }
}

/// Words that error messages open with. Any other capitalized word may be a name.
#[rustfmt::skip]
const OPENING_WORDS: &[&str] = &[
    "a", "access", "all", "an", "at", "authentication", "bad", "broken", "can", "can't", "cannot", "config", "configuration",
    "connecting", "connection", "corrupt", "could", "couldn't", "creating", "data", "did", "didn't", "does", "doesn't",
    "duplicate", "during", "empty", "error", "every", "exceeded", "expected", "fail", "failed", "failing", "fails", "failure",
    "file", "for", "found", "got", "has", "have", "if", "illegal", "in", "input", "internal", "invalid", "is", "it", "its",
    "loading", "lost", "malformed", "missing", "must", "need", "needs", "network", "no", "not", "nothing", "on", "only",
    "opening", "out", "output", "parsing", "permission", "please", "problem", "reading", "received", "request", "response",
    "rows", "sending", "service", "should", "some", "something", "sorry", "that", "the", "there", "these", "this", "those",
    "timed", "timeout", "to", "too", "try", "unable", "unexpected", "unknown", "unreadable", "unsupported", "value", "was",
    "we", "when", "while", "with", "without", "writing", "wrong", "you", "your",
];

/// Returns the fault in the style of an error message.
fn style_fault(message: &str) -> Option<&'static str> {
    if message.trim().is_empty() {
        return Some("has no message");
    }
    if message.ends_with('.') && !message.ends_with("..") {
        return Some("ends with a full stop");
    }
    let first = message.split_whitespace().next().unwrap_or_default().trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut letters = first.chars();
    let is_capitalised = letters.next().is_some_and(char::is_uppercase);
    // `Redis`, `HTTP` and `SQLite` are names; `Cannot` begins a sentence.
    let is_word = || OPENING_WORDS.contains(&first.to_lowercase().as_str());
    (is_capitalised && letters.as_str().chars().all(|c| !c.is_uppercase()) && is_word())
        .then_some("begins with a capital letter")
}

/// An instance whose errors are examined.
pub(super) struct AuditedInstance {
    pub(super) instance: Arc<WatchedInstance>,
    pub(super) audit: Arc<ErrorAudit>,
}

impl Caller for AuditedInstance {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        Box::pin(async move {
            let result = self.instance.invoke(method, payload).await;
            result.inspect_err(|error| self.audit.examine(error))
        })
    }
}

pub(super) fn no_panic(plugin: &PluginUnderTest) -> CheckResult {
    let panic = plugin.audit.faults().panic.clone();
    ensure(panic.is_none(), || format!("a call {}", panic.unwrap_or_default()))
}

pub(super) fn error_style(plugin: &PluginUnderTest) -> CheckResult {
    let style = plugin.audit.faults().style.clone();
    ensure(style.is_none(), || style.unwrap_or_default())
}

pub(super) fn no_secret(plugin: &PluginUnderTest) -> CheckResult {
    let secret = plugin.audit.faults().secret.clone();
    ensure(secret.is_none(), || secret.unwrap_or_default())?;
    ensure(!secret_marker::was_logged(), || "a log record has a secret".to_owned())
}

#[cfg(test)]
mod tests {
    use super::style_fault;

    #[test]
    fn messages_may_begin_with_a_name() {
        for message in [
            "Redis at redis://localhost does not answer",
            "HTTP status 500",
            "SQLite reports damage",
            "I/O failed",
            "Excel allows 32767 characters",
            "Anthropic: overloaded",
            "cannot go on",
            "`Missing` is not a column",
        ] {
            assert_eq!(style_fault(message), None, "{message}");
        }
        for message in ["Cannot go on", "Failed: no rows", "Couldn't connect", "A row is missing", "The file is empty"]
        {
            assert_eq!(style_fault(message), Some("begins with a capital letter"), "{message}");
        }
    }
}
