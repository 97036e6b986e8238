//! Responses of status 200.

use crate::provider::tests::provider;
use crate::response::completion;
use proptest::prelude::*;
use rowsmith_plugin_api::prelude::*;

/// A question with or without a schema.
pub(crate) fn question(has_schema: bool) -> CompletionRequest {
    CompletionRequest { schema: has_schema.then(|| "{}".to_owned()), ..CompletionRequest::default() }
}

fn read(body: impl Into<Vec<u8>>) -> Result<Completion> {
    completion(&provider(json!({})).unwrap(), &question(true), None, &HttpResponse::new(200, body))
}

fn candidate(parts: &Value, more: &Value) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}});
    for (key, value) in more.as_object().into_iter().flatten() {
        candidate[key] = value.clone();
    }
    json!({ "candidates": [candidate] })
}

type Case<'a> = (&'a str, Value, &'a str, FinishReason, Option<&'a str>);

fn assert_outcomes(cases: &[Case<'_>]) {
    for (name, body, text, finish, detail) in cases {
        let answer = read(body.to_string()).unwrap();
        let found = (answer.text.as_str(), answer.finish, answer.finish_detail.as_deref());
        assert_eq!(found, (*text, *finish, *detail), "{name}");
    }
}

#[test]
fn why_the_model_stopped() {
    use FinishReason::{Blocked, Length, Other, Stop};
    let said = |reason: &str| candidate(&json!([{"text": "{}"}]), &json!({"finishReason": reason}));
    let silent = |reason: &str| json!({"candidates": [{"finishReason": reason, "index": 0}]});
    let explained = candidate(&json!([]), &json!({"finishReason": "OTHER", "finishMessage": "No\nidea."}));
    assert_outcomes(&[
        ("done", said("STOP"), "{}", Stop, None),
        ("wrapped in a list", json!([said("STOP")]), "{}", Stop, None),
        ("cut off", said("MAX_TOKENS"), "{}", Length, Some("MAX_TOKENS")),
        ("refused", silent("SAFETY"), "", Blocked, Some("SAFETY")),
        ("recited", said("RECITATION"), "{}", Blocked, Some("RECITATION")),
        ("private data", silent("SPII"), "", Blocked, Some("SPII")),
        ("odd", said("MALFORMED_RESPONSE"), "{}", Other, Some("MALFORMED_RESPONSE")),
        ("new reason", said("SOMETHING_NEW"), "{}", Other, Some("SOMETHING_NEW")),
        ("explained", explained, "", Other, Some("OTHER: No idea.")),
    ]);
}

#[test]
fn answers_with_parts_missing() {
    use FinishReason::{Blocked, Length, Other};
    const THOUGHT: &str = "MAX_TOKENS before any text was written (thinking counts)";
    const SILENT: &str = "STOP without any text";
    const NO_CANDIDATES: &str = "the response has no candidates";
    let silent = |reason: &str| json!({"candidates": [{"finishReason": reason, "index": 0}]});
    let null_content = json!({"candidates": [{"content": null, "finishReason": "STOP"}]});
    let prompt = json!({"promptFeedback": {"blockReason": "OTHER", "blockReasonMessage": "Not this."}});
    assert_outcomes(&[
        ("no content", silent("STOP"), "", Other, Some(SILENT)),
        ("null content", null_content, "", Other, Some(SILENT)),
        ("thought too long", silent("MAX_TOKENS"), "", Length, Some(THOUGHT)),
        ("no reason", candidate(&json!([{"text": "{}"}]), &json!({})), "{}", Other, Some("no reason given")),
        ("no candidates", json!({"candidates": []}), "", Other, Some(NO_CANDIDATES)),
        ("usage alone", json!({"usageMetadata": {}}), "", Other, Some(NO_CANDIDATES)),
        ("prompt refused", prompt, "", Blocked, Some("the prompt was blocked: OTHER: Not this.")),
    ]);
}

#[test]
fn streams_and_answers_in_other_places() {
    use FinishReason::{Blocked, Other, Stop};
    let part = |text: &str, more: Value| candidate(&json!([{ "text": text }]), &more);
    let events =
        format!("data: {}\r\n\r\ndata: {}\r\n\r\n", part("a", json!({})), part("b", json!({"finishReason": "STOP"})));
    let list = json!([part("a", json!({})), part("b", json!({"finishReason": "STOP"}))]).to_string();
    let blocked = format!("data: {}\n\n", json!({"promptFeedback": {"blockReason": "SAFETY"}}));
    let call = candidate(&json!([{"functionCall": {"args": {"a": 1}}}]), &json!({"finishReason": "STOP"})).to_string();
    let thoughts = candidate(&json!([{"text": "hm", "thought": true}]), &json!({"finishReason": "STOP"})).to_string();
    for (name, body, text, finish) in [
        ("events", events, "ab", Stop),
        ("a list", list, "ab", Stop),
        ("a blocked prompt", blocked, "", Blocked),
        ("a function call", call, "{\"a\":1}", Stop),
        ("thoughts", thoughts, "", Other),
    ] {
        let answer = read(body).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), (text, finish), "{name}");
    }
    for (name, body, kind) in [
        ("no end", format!("data: {}\n\n", part("a", json!({}))), ErrorKind::BadRequest),
        ("an error", "data: {\"error\":{\"code\":429}}\n\n".to_owned(), ErrorKind::Retryable),
        ("in a candidate", part("a", json!({"error": {"code": 402}})).to_string(), ErrorKind::Billing),
    ] {
        assert_eq!(read(body).unwrap_err().kind, kind, "{name}");
    }
}

#[test]
fn thoughts_are_counted_but_not_read() {
    let mut body = candidate(
        &json!([{"text": "hm", "thought": true}, {"text": "a"}, {"functionCall": {}}, {"text": "b"}]),
        &json!({}),
    );
    for (name, counts, expected) in [
        (
            "all",
            json!({"promptTokenCount": 9, "cachedContentTokenCount": 4, "candidatesTokenCount": 2, "thoughtsTokenCount": 5}),
            [Some(9), Some(4), Some(7), Some(5)],
        ),
        ("no thoughts", json!({"promptTokenCount": 9, "candidatesTokenCount": 2}), [Some(9), None, Some(2), None]),
        ("thoughts alone", json!({"thoughtsTokenCount": 5}), [None, None, Some(5), Some(5)]),
        ("none", json!(null), [None; 4]),
        ("nonsense", json!({"promptTokenCount": -1, "candidatesTokenCount": "2"}), [None; 4]),
    ] {
        body["usageMetadata"] = counts;
        let answer = read(body.to_string()).unwrap();
        let usage = answer.usage;
        assert_eq!([usage.input, usage.cached, usage.output, usage.thinking], expected, "{name}");
        assert_eq!(answer.text, "ab", "{name}");
    }
}

#[test]
fn bodies_without_an_answer_are_errors() {
    for (name, body, kind, status) in [
        ("login page", "<!doctype html><title>Log in</title>", ErrorKind::InvalidData, 200),
        ("nothing", "", ErrorKind::Retryable, 200),
        ("truncated", r#"{"candidates":[{"con"#, ErrorKind::Retryable, 200),
        ("another service", r#"{"status":"ok"}"#, ErrorKind::InvalidData, 200),
        ("a number", "5", ErrorKind::InvalidData, 200),
        ("an error", r#"{"error":{"code":503,"message":"busy"}}"#, ErrorKind::Retryable, 503),
        ("an error without a code", r#"{"error":"odd"}"#, ErrorKind::Retryable, 500),
    ] {
        let error = read(body).unwrap_err();
        assert_eq!((error.kind, error.http_status), (kind, Some(status)), "{name}: {error}");
        assert!(error.message.starts_with("gemini answered with "), "{name}: {error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_an_error(body: Vec<u8>, status in 100_u16..1000, sent_schema: bool) {
        let provider = provider(json!({})).unwrap();
        drop(completion(&provider, &question(sent_schema), None, &HttpResponse::new(status, body)));
    }

    #[test]
    fn damaged_answers_never_panic(cut in 0_usize..300, byte: u8) {
        let body = r#"[{"candidates":[{"content":{"parts":[{"text":"é"}]},"finishReason":"STOP"}],"error":{"code":429,"message":"retry in 3s","details":[{"violations":[{"quotaId":"PerDay"}],"retryDelay":"3s"}]}}]"#;
        let mut bytes = body.as_bytes().to_vec();
        if let Some(place) = bytes.get_mut(cut) {
            *place = byte;
        }
        drop(read(bytes));
        drop(read(body.as_bytes().iter().copied().take(cut).collect::<Vec<u8>>()));
    }
}
