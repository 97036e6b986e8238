//! Looks at every error that a plugin returns while a suite runs.

use super::finding::{Judged, ensure};
use super::subject::Subject;
use crate::marker;
use rowsmith_abi::{Buffer, Instance};
use rowsmith_plugin_api::bridge::client::Caller;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The first error of each fault, as it is told.
#[derive(Default)]
pub(super) struct Watch(Mutex<Faults>);

#[derive(Default)]
struct Faults {
    panic: Option<String>,
    form: Option<String>,
    secret: Option<String>,
}

impl Watch {
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at one error.
    pub(super) fn note(&self, error: &Error) {
        let mut faults = self.faults();
        if error.kind == ErrorKind::Panic {
            faults.panic.get_or_insert_with(|| error.message.clone());
        }
        if let Some(fault) = fault_of_form(&error.message) {
            faults.form.get_or_insert_with(|| format!("the error `{}` {fault}", error.message));
        }
        let texts = [Some(error.message.as_str()), error.hint.as_deref()];
        let facts = error.context.iter().map(|(_, value)| value.as_str());
        if texts.into_iter().flatten().chain(facts).any(|text| text.contains(marker::SECRET)) {
            let safe = error.message.replace(marker::SECRET, "(the secret)");
            faults.secret.get_or_insert_with(|| format!("the error `{safe}`, or its hint or context, holds a secret"));
        }
    }
}

/// What is wrong with the words of an error.
fn fault_of_form(message: &str) -> Option<&'static str> {
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
    // `HTTP`, `OpenAI` and `I/O` are names; `Cannot` is the beginning of a sentence.
    (is_capitalised && !rest.is_empty() && rest.chars().all(char::is_lowercase))
        .then_some("begins with a capital letter")
}

/// An instance whose errors are looked at.
pub(super) struct Watched {
    pub(super) instance: Arc<Instance>,
    pub(super) watch: Arc<Watch>,
}

impl Caller for Watched {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        Box::pin(async move {
            let result = Instance::call(&self.instance, method, payload).await;
            result.map_err(|bytes| {
                let error = Error::decode(&bytes);
                self.watch.note(&error);
                error
            })
        })
    }
}

pub(super) fn nothing_panicked(subject: &Subject) -> Judged {
    let panic = subject.watch.faults().panic.clone();
    ensure(panic.is_none(), || format!("a call of this suite {}", panic.unwrap_or_default()))
}

pub(super) fn errors_are_sentences(subject: &Subject) -> Judged {
    let form = subject.watch.faults().form.clone();
    ensure(form.is_none(), || form.unwrap_or_default())
}

pub(super) fn secrets_stay_secret(subject: &Subject) -> Judged {
    let secret = subject.watch.faults().secret.clone();
    ensure(secret.is_none(), || secret.unwrap_or_default())?;
    ensure(!marker::was_logged(), || "a log record holds a secret".to_owned())
}
