//! What is sent to the gateway, and what is made of its answers.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::record_replay::{assert_keyless, assert_replays};
use rowsmith_plugin_testkit::{FakeHost, block_on};
use rowsmith_provider_inhouse::Inhouse;
use std::path::Path;

fn cassette() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cassette"))
}

fn inhouse(host: &FakeHost) -> Inhouse {
    let config = json!({"base_url": "http://models.test", "profile": "labels-2", "api_key": "key-of-the-test"});
    Inhouse::new(serde_json::from_value(config).unwrap(), host.host()).unwrap()
}

/// What becomes of one response.
fn complete(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Completion> {
    let response = headers.iter().fold(HttpResponse::new(status, body), |r, (name, text)| r.with_header(name, text));
    let host = FakeHost::new(move |_| Ok(response.clone()));
    let result = block_on(inhouse(&host).complete(CompletionRequest::default()));
    assert_eq!(host.requests().len(), 1, "a provider makes one attempt");
    result
}

#[test]
fn requests_and_answers_are_as_recorded() {
    assert_replays::<Inhouse>(cassette());
}

#[test]
fn the_cassette_has_no_key() {
    assert_keyless(cassette());
}

#[test]
fn failures_are_told_apart() {
    let error = |code: &str| json!({"status": "error", "code": code, "reason": "so it is"}).to_string();
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
        ("JSON that breaks off", 200, r#"{"status": "ok", "outp"#.to_owned(), ErrorKind::Retryable),
        ("no output", 200, r#"{"status": "ok"}"#.to_owned(), ErrorKind::InvalidData),
        ("other JSON", 200, "{}".to_owned(), ErrorKind::InvalidData),
    ] {
        let error = complete(status, &[], &body).unwrap_err();
        assert_eq!(error.kind, kind, "{name}: {error}");
    }
}

#[test]
fn waits_are_what_the_gateway_asks_for() {
    let busy = r#"{"status": "error", "code": "busy"}"#;
    for (name, headers, wait) in [
        ("its own header", vec![("x-slots", "limit=60; left=0; reset=21s")], Some(21_000)),
        ("the usual one wins", vec![("x-slots", "reset=21s"), ("retry-after", "3")], Some(3_000)),
        ("none", vec![], None),
        ("nonsense", vec![("x-slots", "reset=soon;;=")], None),
    ] {
        assert_eq!(complete(200, &headers, busy).unwrap_err().retry_after_ms, wait, "{name}");
    }
}

#[test]
fn a_key_that_the_gateway_repeats_is_not_shown() {
    let body = r#"{"status": "error", "code": "key", "reason": "key key-of-the-test\nis unknown"}"#;
    let error = complete(200, &[], body).unwrap_err();
    assert_eq!(error.message, "the gateway gave no answer: key [secret] is unknown");
}

#[test]
fn the_identity_is_what_changes_answers() {
    let info = inhouse(&FakeHost::default()).info();
    assert_eq!(info.identity, json!({"gateway": "models.test", "profile": "labels-2"}));
    assert_eq!((info.model.as_str(), info.structured_output), ("labels-2", StructuredOutput::None));
}

#[test]
fn an_unknown_profile_is_found_before_the_run() {
    let host = FakeHost::new(|_| Ok(HttpResponse::new(200, r#"["labels-1", "prose"]"#)));
    let error = block_on(inhouse(&host).verify()).unwrap_err();
    assert_eq!((error.kind, error.hint.as_deref()), (ErrorKind::NotFound, Some("it knows: labels-1, prose")));
}
