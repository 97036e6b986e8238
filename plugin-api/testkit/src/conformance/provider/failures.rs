//! Whether a provider tells failures apart, so that the host does the right thing.

use super::question::asked_service;
use crate::conformance::finding::{Judged, ensure, failed, told};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::{Completion, Error, ErrorKind, HttpResponse, Result};

/// A body that most services' clients can read.
const REFUSED: &str = r#"{"error":{"message":"the suite says no"}}"#;

/// Each status with the kinds that the host acts rightly on.
const STATUSES: &[(u16, &[ErrorKind])] = &[
    (400, &[ErrorKind::BadRequest]),
    (401, &[ErrorKind::Auth]),
    (402, &[ErrorKind::Billing, ErrorKind::QuotaExhausted]),
    (403, &[ErrorKind::Auth]),
    (404, &[ErrorKind::NotFound]),
    (413, &[ErrorKind::TooLarge]),
    (429, &[ErrorKind::Retryable, ErrorKind::QuotaExhausted]),
    (500, &[ErrorKind::Retryable]),
    (503, &[ErrorKind::Retryable]),
];

/// Bodies of status 200 that are no answer.
const UNREADABLE: &[(&str, &str)] = &[
    ("an empty body", ""),
    ("a body that is no JSON", "what?"),
    ("an HTML page", "<!doctype html><title>Welcome</title><p>Please sign in."),
    ("JSON that is cut off", r#"{"choices":[{"message":{"content":"{\"r0\""#),
    ("an empty object", "{}"),
    ("an empty list", "[]"),
];

pub(super) fn statuses(subject: &Subject) -> Judged {
    STATUSES.iter().try_for_each(|(status, kinds)| {
        let error = error_of(subject, &format!("status {status}"), move || Ok(HttpResponse::new(*status, REFUSED)))?;
        ensure(kinds.contains(&error.kind), || {
            let due: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            format!("status {status} must be {}, and is: {}", due.join(" or "), told(&error))
        })
    })
}

pub(super) fn pause(subject: &Subject) -> Judged {
    let error =
        error_of(subject, "status 429", || Ok(HttpResponse::new(429, REFUSED).with_header("retry-after", "7")))?;
    ensure(error.retry_after_ms == Some(7_000), || match error.retry_after_ms {
        Some(ms) => format!("`retry-after: 7` became {ms} milliseconds"),
        None => "`retry-after: 7` was lost".to_owned(),
    })
}

pub(super) fn unreadable(subject: &Subject) -> Judged {
    // Each of these kinds would end the run, or be blamed on the user, for one answer that went wrong.
    let wrong = [ErrorKind::Config, ErrorKind::Auth, ErrorKind::Billing, ErrorKind::Unsupported, ErrorKind::Cancelled];
    UNREADABLE.iter().try_for_each(|(what, body)| {
        let error = error_of(subject, what, move || Ok(HttpResponse::new(200, *body)))?;
        ensure(!wrong.contains(&error.kind), || format!("{what} with status 200 is taken for: {}", told(&error)))
    })
}

pub(super) fn broken(subject: &Subject) -> Judged {
    [ErrorKind::Retryable, ErrorKind::TooLarge, ErrorKind::Cancelled].into_iter().try_for_each(|kind| {
        let error = error_of(subject, "a broken exchange", move || Err(Error::new(kind, "the line went dead")))?;
        ensure(error.kind == kind, || {
            format!("a host's error of the kind `{}` became: {}", kind.as_str(), told(&error))
        })?;
        ensure(error.message.contains("the line went dead"), || {
            format!("the host said `the line went dead`, and the provider only says `{}`", error.message)
        })
    })
}

fn error_of(
    subject: &Subject,
    what: &str,
    answer: impl Fn() -> Result<HttpResponse> + Send + Sync + 'static,
) -> Judged<Error> {
    match asked_service(subject, answer)?.0 {
        Err(error) => Ok(error),
        Ok(Completion { text, .. }) => failed(format!("{what} was taken for the answer `{text}`")),
    }
}
