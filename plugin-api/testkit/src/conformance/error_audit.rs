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

/// Returns the fault in the style of an error message.
fn style_fault(message: &str) -> Option<&'static str> {
    if message.trim().is_empty() {
        return Some("has no message");
    }
    if message.ends_with('.') && !message.ends_with("..") {
        return Some("ends with a full stop");
    }
    let first = message.split_whitespace().next().unwrap_or_default();
    let mut letters = first.chars();
    let is_capitalised = letters.next().is_some_and(char::is_uppercase);
    let rest = letters.as_str();
    // `HTTP`, `OpenAI` and `I/O` are names; `Cannot` begins a sentence.
    (is_capitalised && !rest.is_empty() && rest.chars().all(char::is_lowercase))
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
