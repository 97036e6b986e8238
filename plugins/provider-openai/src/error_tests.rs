//! Failures of OpenAI's own service and their kinds.

use crate::provider_tests::provider;
use crate::response::completion;
use crate::response_tests::question;
use rowsmith_plugin_api::prelude::*;

pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

/// The outcome of a response to a question with a schema.
pub(crate) fn outcome(status: u16, headers: Headers<'_>, body: impl Into<Vec<u8>>) -> Result<Completion> {
    let response = headers.iter().fold(HttpResponse::new(status, body), |r, (name, value)| r.with_header(name, value));
    let provider = provider(json!({"base_url": "https://h.example/v1"})).unwrap();
    completion(&provider, &question(true), None, &response)
}

fn body(message: &str, kind: &str, param: Option<&str>, code: &str) -> String {
    let code = if code.is_empty() { Value::Null } else { Value::from(code) };
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}}).to_string()
}

#[test]
fn codes_come_before_the_status() {
    use ErrorKind::{Auth, BadRequest, Billing, NotFound, Retryable, TooLarge};
    for (status, code, kind) in [
        (401, "invalid_api_key", Auth),
        (403, "unsupported_country_region_territory", Auth),
        (429, "insufficient_quota", Billing),
        (429, "credit_balance_exhausted", Billing),
        (429, "project_spend_limit_exceeded", Billing),
        (429, "rate_limit_exceeded", Retryable),
        (400, "rate_limit_exceeded", Retryable),
        (503, "server_is_overloaded", Retryable),
        (404, "model_not_found", NotFound),
        (403, "model_not_found", NotFound),
        (404, "DeploymentNotFound", NotFound),
        (400, "context_length_exceeded", TooLarge),
        (400, "unsupported_value", BadRequest),
    ] {
        let error = outcome(status, &[], body("No", "invalid_request_error", None, code)).unwrap_err();
        assert_eq!(error.kind, kind, "{status} {code}");
        assert!(kind == Retryable || error.hint.is_some(), "{status} {code} needs a hint");
    }
}

#[test]
fn without_a_code_text_and_status_decide() {
    use ErrorKind::{Auth, BadRequest, Other, Retryable, SchemaRejected, TooLarge};
    let schema = "Invalid schema for response_format 'rows'";
    for (name, status, message, param, kind) in [
        ("schema", 400, schema, Some("response_format"), SchemaRejected),
        ("option", 400, "Unsupported value", Some("temperature"), BadRequest),
        ("more than a minute's tokens", 429, "Request too large for x on tokens per min", None, TooLarge),
        ("context", 400, "This model's maximum context length is 8192 tokens", None, TooLarge),
        ("key", 401, "No", None, Auth),
        ("conflict", 409, "No", None, Retryable),
        ("late", 408, "No", None, Retryable),
        ("overloaded", 529, "No", None, Retryable),
        ("moved", 301, "No", None, Other),
    ] {
        let error = outcome(status, &[], body(message, "x", param, "")).unwrap_err();
        assert_eq!(error.kind, kind, "{name}");
        assert!(kind == Retryable || error.hint.is_some(), "{name} needs a hint");
    }
}

#[test]
fn waits_come_from_headers_then_text_then_resets() {
    let spent: Headers<'_> = &[
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "8s"),
        ("x-ratelimit-remaining-tokens", "5"),
        ("x-ratelimit-reset-tokens", "50s"),
    ];
    let hours: Headers<'_> = &[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "3h0m0s")];
    let words = "Please try again in 1m26.4s. Visit us.";
    for (name, headers, message, kind, wait) in [
        ("nothing", &[] as Headers<'_>, "", ErrorKind::Retryable, None),
        ("milliseconds", &[("retry-after-ms", "250"), ("retry-after", "7")], "", ErrorKind::Retryable, Some(250)),
        ("seconds", &[("retry-after", "7")], words, ErrorKind::Retryable, Some(7_000)),
        ("words", spent, words, ErrorKind::Retryable, Some(86_400)),
        ("reset of what is spent", spent, "", ErrorKind::Retryable, Some(8_000)),
        ("hours", hours, "", ErrorKind::QuotaExhausted, Some(10_800_000)),
        ("long header", &[("retry-after", "3600")], "", ErrorKind::QuotaExhausted, Some(3_600_000)),
    ] {
        let error = outcome(429, headers, body(message, "requests", None, "rate_limit_exceeded")).unwrap_err();
        assert_eq!((error.kind, error.retry_after_ms), (kind, wait), "{name}");
    }
}

#[test]
fn messages_quote_the_service_in_one_line_and_without_the_key() {
    let message = format!("Incorrect API key provided:\ntest-key {}", "x".repeat(400));
    let body = body(&message, "invalid_request_error", None, "invalid_api_key");
    let error = outcome(401, &[("x-request-id", "id-1")], body).unwrap_err();
    let begin = "h.example answered with status 401: Incorrect API key provided: [secret] xxx";
    assert!(error.message.starts_with(begin), "{error}");
    assert!(error.message.chars().count() < 350 && error.message.ends_with('…'), "{error}");
    assert_eq!((error.context("request_id"), error.context("code")), (Some("id-1"), Some("invalid_api_key")));
}
