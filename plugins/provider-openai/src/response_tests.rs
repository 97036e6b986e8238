//! Responses of status 200.

use crate::provider_tests::provider;
use crate::response::completion;
use proptest::prelude::*;
use rowsmith_plugin_api::prelude::*;

/// A question with or without a schema.
pub(crate) fn question(has_schema: bool) -> CompletionRequest {
    CompletionRequest { schema: has_schema.then(|| "{}".to_owned()), ..CompletionRequest::default() }
}

fn read(body: impl Into<Vec<u8>>) -> Result<Completion> {
    let provider = provider(json!({"base_url": "https://h.example/v1"})).unwrap();
    completion(&provider, &question(true), None, &HttpResponse::new(200, body))
}

fn said(content: &Value, finish: &Value) -> Value {
    json!({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish}]})
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
    let stopped = |content: &str, reason: &str| said(&json!(content), &json!(reason));
    let refusal =
        json!({"choices": [{"message": {"content": null, "refusal": "I can't\nhelp."}, "finish_reason": "stop"}]});
    assert_outcomes(&[
        ("done", stopped("{}", "stop"), "{}", Stop, None),
        ("wrapped in a list", json!([stopped("{}", "stop")]), "{}", Stop, None),
        ("cut off", stopped("{", "length"), "{", Length, Some("length")),
        ("Mistral's context", stopped("{", "model_length"), "{", Length, Some("model_length")),
        ("filtered", said(&Value::Null, &json!("content_filter")), "", Blocked, Some("content_filter")),
        ("refused", refusal, "", Blocked, Some("I can't help.")),
        ("tools", stopped("", "tool_calls"), "", Other, Some("tool_calls")),
        ("new reason", stopped("a", "insufficient_resource"), "a", Other, Some("insufficient_resource")),
    ]);
}

#[test]
fn answers_with_parts_missing_or_unusual() {
    use FinishReason::{Length, Other, Stop};
    const THOUGHT: &str = "length before any text was written (thinking counts)";
    const SILENT: &str = "stop without any text";
    const NO_CHOICES: &str = "the response has no choices";
    let stop = json!("stop");
    let parts =
        json!([{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
    let no_refusal = json!({"choices": [{"message": {"content": "a", "refusal": ""}, "finish_reason": "stop"}]});
    let mut null_error = said(&json!("a"), &stop);
    null_error["error"] = Value::Null;
    assert_outcomes(&[
        ("no reason", said(&json!("{}"), &Value::Null), "{}", Stop, None),
        ("null content", said(&Value::Null, &stop), "", Other, Some(SILENT)),
        ("empty content", said(&json!(""), &stop), "", Other, Some(SILENT)),
        ("thought too long", said(&json!(""), &json!("length")), "", Length, Some(THOUGHT)),
        ("content in parts", said(&parts, &stop), "ab", Stop, None),
        ("empty refusal", no_refusal, "a", Stop, None),
        ("null error", null_error, "a", Stop, None),
        ("no choices", json!({"choices": []}), "", Other, Some(NO_CHOICES)),
        ("usage alone", json!({"usage": {}}), "", Other, Some(NO_CHOICES)),
    ]);
}

#[test]
fn answers_in_other_places() {
    use FinishReason::{Other, Stop};
    let choice = |choice: Value| json!({ "choices": [choice] });
    let tool = |arguments: Value| json!({"message": {"content": null, "tool_calls": [{"function": {"arguments": arguments}}]}, "finish_reason": "tool_calls"});
    for (name, body, text, finish, says) in [
        ("older completions", choice(json!({"text": "{}", "finish_reason": "stop"})), "{}", Stop, None),
        ("parts without a type", said(&json!([{"text": "a"}, "b"]), &json!("stop")), "ab", Stop, None),
        ("parts of output", said(&json!([{"type": "output_text", "text": "a"}]), &json!("stop")), "a", Stop, None),
        ("a tool call", choice(tool(json!("{\"a\":1}"))), "{\"a\":1}", Stop, Some("tool")),
        ("a tool call as an object", choice(tool(json!({"a": 1}))), "{\"a\":1}", Stop, Some("tool")),
        (
            "a function call",
            choice(json!({"message": {"content": "", "function_call": {"arguments": "{}"}}})),
            "{}",
            Stop,
            Some("tool"),
        ),
        (
            "thinking",
            choice(json!({"message": {"content": null, "reasoning_content": "{}"}, "finish_reason": "stop"})),
            "",
            Other,
            Some("reasoning_effort"),
        ),
        (
            "more thinking",
            choice(json!({"message": {"content": " ", "reasoning": "{}"}})),
            "",
            Other,
            Some("`reasoning`"),
        ),
        (
            "other thinking",
            choice(json!({"message": {"thinking": "{}"}, "finish_reason": "stop"})),
            "",
            Other,
            Some("`thinking`"),
        ),
    ] {
        let answer = read(body.to_string()).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), (text, finish), "{name}");
        let detail = answer.finish_detail.unwrap_or_default();
        assert!(says.map_or(detail.is_empty(), |says| detail.contains(says)), "{name}: {detail}");
    }
}

#[test]
fn comments_before_an_answer_are_skipped() {
    let answer = said(&json!("{}"), &json!("stop"));
    for body in [format!(": queued\n\n: queued\n\n{answer}"), format!(": queued\ndata: {answer}\n\n")] {
        let answer = read(body).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), ("{}", FinishReason::Stop));
    }
}

#[test]
fn errors_in_forms_of_their_own_in_a_success() {
    use ErrorKind::{BadRequest, Billing, Retryable};
    let chunk = |chunk: Value| format!("data: {chunk}\n\n");
    for (name, body, kind) in [
        ("flat", json!({"object": "error", "message": "no", "code": 400}).to_string(), BadRequest),
        ("detail", json!({"detail": "no"}).to_string(), Retryable),
        ("code and text", json!({"code": 402, "msg": "no"}).to_string(), Billing),
        (
            "beside null choices",
            json!({"choices": null, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}})
                .to_string(),
            Retryable,
        ),
        ("in a stream", chunk(json!({"error": {"code": 429, "message": "no"}})), Retryable),
        ("in a choice of a stream", chunk(json!({"choices": [{"error": {"code": 402, "message": "no"}}]})), Billing),
        ("a stream without an end", chunk(json!({"choices": [{"delta": {"content": "a"}}]})), BadRequest),
        ("a list without an end", json!([{"choices": [{"delta": {"content": "a"}}]}, {}]).to_string(), BadRequest),
    ] {
        assert_eq!(read(body).unwrap_err().kind, kind, "{name}");
    }
}

#[test]
fn tokens_as_each_service_counts_them() {
    let mut body = said(&json!("a"), &json!("stop"));
    for (name, counts, expected) in [
        (
            "OpenAI",
            json!({"prompt_tokens": 9, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 5}}),
            [Some(9), Some(4), Some(7), Some(5)],
        ),
        ("DeepSeek", json!({"prompt_tokens": 9, "prompt_cache_hit_tokens": 4}), [Some(9), Some(4), None, None]),
        (
            "null details",
            json!({"completion_tokens": 7, "completion_tokens_details": null}),
            [None, None, Some(7), None],
        ),
        ("none", Value::Null, [None; 4]),
        ("nonsense", json!({"prompt_tokens": -1, "completion_tokens": "7"}), [None; 4]),
    ] {
        body["usage"] = counts;
        let usage = read(body.to_string()).unwrap().usage;
        assert_eq!([usage.input, usage.cached, usage.output, usage.thinking], expected, "{name}");
    }
}

#[test]
fn bodies_without_an_answer_are_errors() {
    for (name, body, kind, status) in [
        ("login page", "<!doctype html><title>Log in</title>", ErrorKind::InvalidData, 200),
        ("only keep-alive lines", "\n\n\n", ErrorKind::Retryable, 200),
        ("truncated", r#"{"choices":[{"mess"#, ErrorKind::Retryable, 200),
        ("another service", r#"{"status":"ok"}"#, ErrorKind::InvalidData, 200),
        ("an error", r#"{"error":{"code":503,"message":"busy"}}"#, ErrorKind::Retryable, 503),
        ("an error of text", r#"{"error":"odd"}"#, ErrorKind::Retryable, 500),
        (
            "a choice that failed",
            r#"{"choices":[{"finish_reason":"error","error":{"code":402,"message":"no credit"}}]}"#,
            ErrorKind::Billing,
            402,
        ),
        (
            "a choice that failed without an error",
            r#"{"choices":[{"finish_reason":"error","message":{"content":"half"}}]}"#,
            ErrorKind::Retryable,
            500,
        ),
    ] {
        let error = read(body).unwrap_err();
        assert_eq!((error.kind, error.http_status), (kind, Some(status)), "{name}: {error}");
        assert!(error.message.starts_with("h.example answered with "), "{name}: {error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_an_error(body: Vec<u8>, status in 100_u16..1000, sent_schema: bool) {
        let provider = provider(json!({})).unwrap();
        drop(completion(&provider, &question(sent_schema), None, &HttpResponse::new(status, body)));
    }

    #[test]
    fn damaged_answers_never_panic(at in 0_usize..300, byte: u8, status in 200_u16..600) {
        let body = r#"[{"choices":[{"message":{"content":"é"},"finish_reason":"stop"}],"detail":[{"loc":["a",0],"msg":"b"}],"error":{"code":429,"message":"retry in 3s","metadata":{"raw":"c"},"type":"d"}}]"#;
        let provider = provider(json!({})).unwrap();
        let mut bytes = body.as_bytes().to_vec();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        drop(completion(&provider, &question(true), None, &HttpResponse::new(status, bytes)));
        let cut: Vec<u8> = body.bytes().take(at).collect();
        drop(completion(&provider, &question(false), None, &HttpResponse::new(status, cut)));
    }
}
