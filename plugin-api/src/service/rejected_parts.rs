//! The parts of requests that a model turned out not to accept.

use super::RequestPart;
use crate::completion::CompletionRequest;
use crate::error::{Error, ErrorKind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Parts of requests that the model does not accept, learned from its errors while the provider runs.
///
/// A provider leaves these parts out of later requests, or moves them.
#[derive(Debug, Default)]
pub struct RejectedParts(Mutex<Vec<RequestPart>>);

impl RejectedParts {
    /// Creates the parts that are known not to be accepted.
    pub fn of(parts: &[RequestPart]) -> Self {
        Self(Mutex::new(parts.to_vec()))
    }

    /// Returns whether the model does not accept the part.
    pub fn contains(&self, part: RequestPart) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&part)
    }

    /// Adds a part, and returns whether it is new.
    fn insert(&self, part: RequestPart) -> bool {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !parts.contains(&part);
        if is_new {
            parts.push(part);
        }
        is_new
    }

    /// Remembers that the model does not accept a part that a request had, and returns the error with which the host sends
    /// the question again at once. The first time it logs a warning.
    ///
    /// The error stays as it is when the request did not have the part. With the name of the option by which the user set
    /// the part, the part stays too, and the hint names the option. JSON mode of a question with a schema is not learned: the
    /// host asks in another shape first, in which the prompt describes the JSON.
    #[must_use]
    pub fn learn(&self, error: Error, rejected: Rejected, question: Option<&CompletionRequest>) -> Error {
        let Rejected { part, was_sent, option, remedy } = rejected;
        if part == RequestPart::JsonMode && question.is_some_and(|question| question.schema.is_some()) {
            return Error { kind: ErrorKind::SchemaRejected, ..error };
        }
        if let Some(option) = option {
            // Without the status it is no failure that the content of a row may have caused.
            let error = Error { http_status: None, ..error };
            return error.hint(format!("remove `{option}` from the provider's config: the model does not accept it"));
        }
        let Some(remedy) = remedy.filter(|_| was_sent) else { return error };
        if self.insert(part) {
            log::warn!("the model does not accept a part of the request; {remedy} ({error})");
        }
        Error { kind: ErrorKind::Retryable, hint: None, ..error }.retry_after(Some(Duration::ZERO))
    }
}

/// A part of a request that a service named in an error.
#[derive(Debug, Clone, Copy)]
pub struct Rejected {
    /// The part.
    pub part: RequestPart,
    /// True if the request had the part.
    pub was_sent: bool,
    /// The option of the config by which the user set the part.
    pub option: Option<&'static str>,
    /// The change of later requests, for the log; `None` if the part cannot be left out.
    pub remedy: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_learned_once_and_options_stay() {
        let parts = RejectedParts::default();
        let error = || Error::new(ErrorKind::BadRequest, "m").with_http_status(400);
        let rejected = Rejected { part: RequestPart::Seed, was_sent: true, option: None, remedy: Some("x") };
        let set = parts.learn(error(), Rejected { option: Some("seed"), ..rejected }, None);
        assert!(set.kind == ErrorKind::BadRequest && set.hint.unwrap().contains("`seed`"));
        for other in [Rejected { was_sent: false, ..rejected }, Rejected { remedy: None, ..rejected }] {
            assert_eq!(parts.learn(error(), other, None), error());
        }
        assert!(!parts.contains(RequestPart::Seed));
        // Calls that were under way before the first error are sent again as well.
        for _ in 0..2 {
            let learned = parts.learn(error(), rejected, None);
            assert_eq!((learned.kind, learned.retry_after_ms), (ErrorKind::Retryable, Some(0)));
            assert!(parts.contains(RequestPart::Seed));
        }
    }
}
