//! Checks of the kinds of errors, which select the reaction of the host.

use super::calls::call_service;
use crate::conformance::assertion::{CheckResult, describe, ensure, fail};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::{Completion, Error, ErrorKind, HttpRequest, HttpResponse, Result};

/// An error body in the shape of common services.
const REFUSED: &str = r#"{"error":{"message":"the suite says no"}}"#;

/// Each status with the allowed kinds of error.
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

/// Bodies of status 200 without an answer.
const UNREADABLE: &[(&str, &str)] = &[
    ("an empty body", ""),
    ("a body that is not JSON", "what?"),
    ("an HTML page", "<!doctype html><title>Welcome</title><p>Please sign in."),
    ("JSON that is cut off", r#"{"choices":[{"message":{"content":"{\"r0\""#),
    ("an empty object", "{}"),
    ("an empty list", "[]"),
];

pub(super) fn statuses(plugin: &PluginUnderTest) -> CheckResult {
    STATUSES.iter().try_for_each(|(status, kinds)| {
        let what = format!("status {status}");
        let error = error_of(plugin, &what, move |_| Ok(HttpResponse::new(*status, REFUSED)))?;
        ensure(kinds.contains(&error.kind), || {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            format!("{what}: expected an error of the kind {}, got: {}", kinds.join(" or "), describe(&error))
        })
    })
}

pub(super) fn retry_after(plugin: &PluginUnderTest) -> CheckResult {
    let error =
        error_of(plugin, "status 429", |_| Ok(HttpResponse::new(429, REFUSED).with_header("retry-after", "7")))?;
    ensure(error.retry_after_ms == Some(7_000), || match error.retry_after_ms {
        Some(ms) => format!("`retry-after: 7` became {ms} ms"),
        None => "`retry-after: 7` was not passed on".to_owned(),
    })
}

pub(super) fn unreadable(plugin: &PluginUnderTest) -> CheckResult {
    // These kinds end the run or blame the user for one bad response.
    let wrong = [ErrorKind::Config, ErrorKind::Auth, ErrorKind::Billing, ErrorKind::Unsupported, ErrorKind::Cancelled];
    UNREADABLE.iter().try_for_each(|(what, body)| {
        let error = error_of(plugin, what, move |_| Ok(HttpResponse::new(200, *body)))?;
        ensure(!wrong.contains(&error.kind), || {
            format!("{what} with status 200 leads to an error of a wrong kind: {}", describe(&error))
        })
    })
}

pub(super) fn host_errors(plugin: &PluginUnderTest) -> CheckResult {
    const MESSAGE: &str = "the connection was lost";
    [ErrorKind::Retryable, ErrorKind::TooLarge, ErrorKind::Cancelled].into_iter().try_for_each(|kind| {
        let error = error_of(plugin, "a failed request", move |_| Err(Error::new(kind, MESSAGE)))?;
        ensure(error.kind == kind, || {
            format!("an error of the kind `{}` became: {}", kind.as_str(), describe(&error))
        })?;
        ensure(error.message.contains(MESSAGE), || format!("the host's message `{MESSAGE}` became `{}`", error.message))
    })
}

fn error_of(
    plugin: &PluginUnderTest,
    what: &str,
    answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static,
) -> CheckResult<Error> {
    match call_service(plugin, answer)?.result {
        Err(error) => Ok(error),
        Ok(Completion { text, .. }) => fail(format!("{what} led to the answer `{text}`, expected an error")),
    }
}
