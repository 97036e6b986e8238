//! Requests to the gateway, and the reading of its responses.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::record_replay::{assert_keyless, assert_replays};
use rowsmith_provider_inhouse::Inhouse;
use std::path::Path;

fn cassette() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cassette"))
}

fn inhouse() -> Inhouse {
    let config = json!({"base_url": "http://models.test", "model": "labels-2", "api_key": "key-of-the-test"});
    Inhouse::new(serde_json::from_value(config).unwrap()).unwrap()
}

/// The error in a response.
fn error_of(response: &HttpResponse) -> Error {
    inhouse().response(&CompletionRequest::default(), response).unwrap_err()
}

#[test]
fn requests_and_answers_are_as_recorded() {
    assert_replays::<HttpAdapter<Inhouse>>(cassette());
}

#[test]
fn the_cassette_has_no_key() {
    assert_keyless(cassette());
}

#[test]
fn each_failure_has_its_kind() {
    let error = |code: &str| json!({"status": "error", "code": code, "reason": "no"}).to_string();
    for (name, status, body, kind) in [
        ("busy", 200, error("busy"), ErrorKind::Retryable),
        ("budget", 200, error("budget"), ErrorKind::QuotaExhausted),
        ("key", 200, error("key"), ErrorKind::Auth),
        ("profile", 200, error("profile"), ErrorKind::NotFound),
        ("too long", 200, error("too_long"), ErrorKind::TooLarge),
        ("refused", 200, error("refused"), ErrorKind::Blocked),
        ("a code of a later version", 200, error("moon"), ErrorKind::Other),
        ("the code wins over the status", 500, error("key"), ErrorKind::Auth),
        ("no body", 502, String::new(), ErrorKind::Retryable),
        ("a page of a proxy", 403, "<html>".to_owned(), ErrorKind::Auth),
        ("a login page", 200, "<html>".to_owned(), ErrorKind::InvalidData),
        ("truncated JSON", 200, r#"{"status": "ok", "outp"#.to_owned(), ErrorKind::Retryable),
        ("no output", 200, r#"{"status": "ok"}"#.to_owned(), ErrorKind::InvalidData),
        ("other JSON", 200, "{}".to_owned(), ErrorKind::InvalidData),
    ] {
        let error = error_of(&HttpResponse::new(status, body));
        assert_eq!(error.kind, kind, "{name}: {error}");
    }
}

#[test]
fn waits_come_from_the_headers() {
    let busy = r#"{"status": "error", "code": "busy"}"#;
    for (name, headers, wait) in [
        ("the gateway's header", vec![("x-slots", "limit=60; left=0; reset=21s")], Some(21_000)),
        ("the standard header wins", vec![("x-slots", "reset=21s"), ("retry-after", "3")], Some(3_000)),
        ("none", vec![], None),
        ("nonsense", vec![("x-slots", "reset=soon;;=")], None),
    ] {
        let response = headers.iter().fold(HttpResponse::new(200, busy), |r, (name, text)| r.with_header(name, text));
        assert_eq!(error_of(&response).retry_after_ms, wait, "{name}");
    }
}

#[test]
fn a_key_in_the_gateways_text_is_not_shown() {
    let body = r#"{"status": "error", "code": "key", "reason": "key key-of-the-test\nis unknown"}"#;
    let error = error_of(&HttpResponse::new(200, body));
    assert!(error.message.contains("key [secret] is unknown"), "{error}");
}

#[test]
fn the_identity_is_what_changes_answers() {
    let info = inhouse().info();
    assert_eq!(info.identity, json!({"gateway": "models.test", "model": "labels-2"}));
    assert_eq!((info.model.as_str(), info.structured_output), ("labels-2", StructuredOutput::None));
}

#[test]
fn an_unknown_profile_is_found_before_the_run() {
    let error = inhouse().verify_response(&HttpResponse::new(200, r#"["labels-1"]"#)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.hint.is_some_and(|hint| hint.contains("labels-1")));
}
