//! Failures and their kinds.

use crate::provider::tests::provider;
use crate::response::completion;
use crate::response_tests::question;
use rowsmith_plugin_api::prelude::*;

fn error_of(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Error {
    let response = headers.iter().fold(HttpResponse::new(status, body), |r, (name, value)| r.with_header(name, value));
    completion(&provider(json!({})).unwrap(), &question(true), None, &response).unwrap_err()
}

fn body(code: u16, status: &str, message: &str, details: &Value) -> String {
    json!({"error": {"code": code, "status": status, "message": message, "details": details}}).to_string()
}

fn quota(id: &str, value: &Value) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": id, "quotaValue": value}]})
}

fn delay(text: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": text})
}

#[test]
fn quotas_and_waits() {
    const DAY: &str = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
    const MINUTE: &str = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
    let value = json!("20");
    for (name, message, details, kind, wait) in [
        ("per minute", "", json!([quota(MINUTE, &value), delay("3.5s")]), ErrorKind::Retryable, Some(3_500)),
        ("per minute, no wait", "", json!([quota(MINUTE, &value)]), ErrorKind::Retryable, Some(60_000)),
        ("per day with a short wait", "", json!([quota(DAY, &value), delay("38s")]), ErrorKind::QuotaExhausted, None),
        ("both", "", json!([quota(MINUTE, &value), quota(DAY, &value)]), ErrorKind::QuotaExhausted, None),
        ("no quota at all", "", json!([quota(MINUTE, &json!("0")), delay("9s")]), ErrorKind::QuotaExhausted, None),
        ("long wait", "", json!([delay("301s")]), ErrorKind::QuotaExhausted, Some(301_000)),
        ("wait in words", "Please retry in 42.2s.", json!([]), ErrorKind::Retryable, Some(42_200)),
        ("hours in words", "Please retry in 10h17m5.72s", json!([]), ErrorKind::QuotaExhausted, Some(37_025_720)),
        ("no word on it", "Resource has been exhausted", json!(null), ErrorKind::Retryable, None),
        ("prepaid", "Your prepayment credits are depleted.", json!([delay("5s")]), ErrorKind::Billing, None),
        ("plan and billing", "check your plan and billing details", json!([]), ErrorKind::Retryable, None),
    ] {
        let error = error_of(429, &[], body(429, "RESOURCE_EXHAUSTED", message, &details));
        assert_eq!((error.kind, error.retry_after_ms), (kind, wait), "{name}");
    }
    let error = error_of(503, &[("retry-after", "7")], "");
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::Retryable, Some(7_000)));
}

#[test]
fn other_failures() {
    let key = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
    for (name, code, status, message, details, kind) in [
        ("wrong key", 400, "INVALID_ARGUMENT", "no", key, ErrorKind::Auth),
        ("wrong key in words", 400, "INVALID_ARGUMENT", "API key expired. Renew it.", json!([]), ErrorKind::Auth),
        ("unauthenticated", 401, "UNAUTHENTICATED", "", json!([]), ErrorKind::Auth),
        ("forbidden", 403, "PERMISSION_DENIED", "", json!([]), ErrorKind::Auth),
        ("credit", 402, "RESOURCE_EXHAUSTED", "", json!([]), ErrorKind::Billing),
        ("model", 404, "NOT_FOUND", "models/x is not found", json!([]), ErrorKind::NotFound),
        ("region", 400, "FAILED_PRECONDITION", "User location is not supported", json!([]), ErrorKind::BadRequest),
        ("option", 400, "INVALID_ARGUMENT", "Unknown name \"x\"", json!([]), ErrorKind::BadRequest),
        (
            "tokens",
            400,
            "INVALID_ARGUMENT",
            "The input token count exceeds the maximum number of tokens allowed",
            json!([]),
            ErrorKind::TooLarge,
        ),
        ("bytes", 413, "", "", json!([]), ErrorKind::TooLarge),
        ("schema", 400, "INVALID_ARGUMENT", "Invalid JSON schema", json!([]), ErrorKind::SchemaRejected),
        (
            "states",
            400,
            "INVALID_ARGUMENT",
            "The specified schema produces too many states for serving",
            json!([]),
            ErrorKind::SchemaRejected,
        ),
        ("given up", 499, "CANCELLED", "", json!([]), ErrorKind::Retryable),
        ("internal", 500, "INTERNAL", "", json!([]), ErrorKind::Retryable),
        ("overloaded", 503, "UNAVAILABLE", "The model is overloaded.", json!([]), ErrorKind::Retryable),
        ("late", 504, "DEADLINE_EXCEEDED", "", json!([]), ErrorKind::Retryable),
        ("moved", 302, "", "", json!([]), ErrorKind::Other),
    ] {
        let body = body(code, status, message, &details);
        for wrapped in [body.clone(), format!("[{body}]")] {
            let error = error_of(code, &[], wrapped);
            assert_eq!(error.kind, kind, "{name}");
            assert_eq!(error.http_status, Some(code), "{name}");
            assert!(kind == ErrorKind::Retryable || error.hint.is_some(), "{name} needs a hint");
        }
    }
}

#[test]
fn schemas_are_rejected_only_when_sent() {
    let response = HttpResponse::new(400, body(400, "INVALID_ARGUMENT", "Invalid JSON schema", &json!([])));
    let error = completion(&provider(json!({})).unwrap(), &question(false), None, &response).unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadRequest);
}

#[test]
fn messages_quote_the_service_in_one_line_and_without_the_key() {
    let long = format!("first\nsecond test-key {}", "x".repeat(400));
    let error = error_of(500, &[("x-request-id", "id-1")], body(500, "INTERNAL", &long, &json!([])));
    let begin = "gemini answered with status 500 INTERNAL: first second [secret] xxx";
    assert!(error.message.starts_with(begin), "{error}");
    assert!(error.message.chars().count() < 350 && error.message.ends_with('…'), "{error}");
    assert_eq!(error.context("request_id"), Some("id-1"));
    assert_eq!(error_of(502, &[], "<html>Bad gateway</html>").message, "gemini answered with status 502");
}
