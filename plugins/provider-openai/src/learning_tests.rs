//! Requests after the model rejected one of their parts.

use crate::provider::OpenAi;
use crate::provider_tests::provider;
use rowsmith_plugin_api::prelude::*;

fn question() -> CompletionRequest {
    CompletionRequest {
        system: "Label.".to_owned(),
        rows: "{}".to_owned(),
        schema: Some(r#"{"type":"object"}"#.to_owned()),
        max_output_tokens: Some(50),
        ..CompletionRequest::default()
    }
}

/// Asks once, and returns the outcome of a rejection with this message, and the body of the next request.
fn rejected(provider: &OpenAi, question: &CompletionRequest, message: &str) -> (Error, Value) {
    let sent = provider.request(question).unwrap();
    let body = json!({"error": {"message": message, "type": "invalid_request_error"}}).to_string();
    let error = provider.answer(question, &sent, &HttpResponse::new(400, body)).unwrap_err();
    (error, serde_json::from_slice(&provider.request(question).unwrap().body).unwrap())
}

#[test]
fn a_part_is_moved_or_left_out_and_the_question_asked_at_once() {
    let json_mode = CompletionRequest { schema: None, json_mode: true, ..question() };
    for (message, question, place, expected) in [
        ("System role not supported", question(), "/messages/0/role", json!("user")),
        ("System role not supported", question(), "/messages/0/content", json!("Label.\n\n\n{}")),
        ("'messages[0].role' does not support 'developer'", question(), "/messages/0/role", json!("system")),
        ("Unsupported parameter: 'max_completion_tokens'", question(), "/max_tokens", json!(50)),
        ("Unrecognized request argument supplied: store", question(), "/store", Value::Null),
        ("`strict` is not supported", question(), "/response_format/json_schema/strict", Value::Null),
        ("JSON mode is not enabled", json_mode, "/response_format", Value::Null),
    ] {
        let provider = provider(json!({})).unwrap();
        let (error, next) = rejected(&provider, &question, message);
        assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::Retryable, Some(0)), "{message}");
        assert_eq!(next.pointer(place).cloned().unwrap_or_default(), expected, "{message}: {next}");
        let (again, _) = rejected(&provider, &question, message);
        assert_eq!(again.kind, ErrorKind::BadRequest, "{message}: each part is changed once");
    }
}

#[test]
fn both_names_of_the_cap_may_be_rejected() {
    let provider = provider(json!({})).unwrap();
    for message in ["Unsupported parameter: 'max_completion_tokens'", "Unsupported parameter: 'max_tokens'"] {
        assert_eq!(rejected(&provider, &question(), message).0.kind, ErrorKind::Retryable, "{message}");
    }
    let body: Value = serde_json::from_slice(&provider.request(&question()).unwrap().body).unwrap();
    assert!(body.get("max_tokens").is_none() && body.get("max_completion_tokens").is_none(), "{body}");
}

#[test]
fn a_rejected_json_mode_under_a_schema_is_first_a_rejected_schema() {
    let provider = provider(json!({})).unwrap();
    let (error, _) = rejected(&provider, &question(), "JSON mode is not enabled for this model");
    assert_eq!(error.kind, ErrorKind::SchemaRejected);
}

#[test]
fn options_of_the_user_stay() {
    for (table, message, option) in [
        (json!({"temperature": 0.2}), "Unsupported value: 'temperature'", "`temperature`"),
        (json!({"top_p": 0.2}), "`top_p` is deprecated for this model", "`top_p`"),
        (json!({"seed": 1}), "seed is not supported", "`seed`"),
        (json!({"reasoning_effort": "low"}), "Unsupported parameter: 'reasoning_effort'", "`reasoning_effort`"),
        (json!({"max_tokens_field": "max_tokens"}), "Unsupported parameter: 'max_tokens'", "`max_tokens_field`"),
        (json!({"system_role": "developer"}), "role 'developer' is not supported", "`system_role`"),
        (json!({"extra_body": {"store": true}}), "store is not supported", "`extra_body.store`"),
    ] {
        let provider = provider(table.clone()).unwrap();
        let before = provider.request(&question()).unwrap().body;
        let (error, _) = rejected(&provider, &question(), message);
        assert_eq!((error.kind, error.http_status), (ErrorKind::BadRequest, None), "{table}");
        assert!(error.hint.as_deref().unwrap_or_default().contains(option), "{table}: {error:?}");
        assert_eq!(provider.request(&question()).unwrap().body, before, "{table}");
    }
}
