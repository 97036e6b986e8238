//! Errors, damaged answers and broken connections.

use crate::client::{Client, GEMINI, OPENAI, ask, keyed};
use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, UsageReport, When};
use serde_json::{Value, json};
use std::io::ErrorKind;

fn always(then: Then) -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), then)).unwrap()
}

/// A name, a reply, and for each wire format (Gemini first) the status, a JSON pointer and the value there.
type Case = (&'static str, Then, [(u16, &'static str, Value); 2]);

fn check(cases: impl IntoIterator<Item = Case>) {
    for (name, then, shown) in cases {
        let server = always(then);
        for (path, (status, pointer, want)) in [GEMINI, OPENAI].into_iter().zip(shown) {
            let response = ask(&server, path, &keyed(&["a"]));
            assert_eq!(response.status, status, "{name} {path}");
            assert_eq!(response.json().pointer(pointer), Some(&want), "{name} {path}");
        }
    }
}

#[test]
fn rate_limits_follow_the_format() {
    let per_day = json!("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    let quota = "/error/details/0/violations/0/quotaId";
    let delay = "/error/details/1/retryDelay";
    let limited = || (429, "/error/code", json!("rate_limit_exceeded"));
    check([
        ("rate", Then::rate_limited("7"), [(429, delay, json!("7s")), limited()]),
        ("bad hint", Then::rate_limited("soon"), [(429, delay, json!("soon")), limited()]),
        ("day", Then::daily_quota(), [(429, quota, per_day), limited()]),
        ("day hints at seconds", Then::daily_quota(), [(429, delay, json!("31s")), limited()]),
    ]);
    let plain = ask(&always(Then::status(429).retry_after("2")), GEMINI, &keyed(&["a"]));
    assert_eq!(plain.json()["error"]["details"][0]["retryDelay"], "2s");
    let limited = ask(&always(Then::rate_limited("7").header("x-extra", "1")), OPENAI, &keyed(&["a"]));
    assert_eq!((limited.headers["retry-after"].as_str(), limited.headers["x-extra"].as_str()), ("7", "1"));
}

#[test]
fn errors_follow_the_format() {
    let status = "/error/status";
    let code = "/error/code";
    let invalid = || json!("INVALID_ARGUMENT");
    let credit = || (402, status, json!("RESOURCE_EXHAUSTED"));
    let key = (400, "/error/details/0/reason", json!("API_KEY_INVALID"));
    check([
        ("key", Then::wrong_key(), [key, (401, code, json!("invalid_api_key"))]),
        ("billing", Then::billing(), [credit(), (429, "/error/type", json!("insufficient_quota"))]),
        ("model", Then::unknown_model(), [(404, status, json!("NOT_FOUND")), (404, code, json!("model_not_found"))]),
        (
            "schema",
            Then::schema_rejected(),
            [(400, status, invalid()), (400, "/error/param", json!("response_format"))],
        ),
        ("size", Then::too_large(), [(400, status, invalid()), (400, code, json!("context_length_exceeded"))]),
        ("500", Then::status(500), [(500, status, json!("INTERNAL")), (500, code, Value::Null)]),
        ("503", Then::status(503), [(503, status, json!("UNAVAILABLE")), (503, code, json!("server_is_overloaded"))]),
        ("529", Then::status(529), [(529, status, json!("UNKNOWN")), (529, code, json!("server_is_overloaded"))]),
    ]);
}

#[test]
fn blocked_content_follows_the_format() {
    let filter = (200, "/choices/0/finish_reason", json!("content_filter"));
    let refusal = (200, "/choices/0/message/refusal", json!("I cannot help with that."));
    let prompt = (200, "/promptFeedback/blockReason", json!("PROHIBITED_CONTENT"));
    check([
        ("prompt", Then::blocked_prompt(), [prompt, filter]),
        ("answer", Then::blocked_answer(), [(200, "/candidates/0/finishReason", json!("SAFETY")), refusal]),
    ]);
}

#[test]
fn answers_are_damaged_only_if_a_rule_matches() {
    let script = Script::new()
        .once(When::row_contains("Docker"), Then::mutated(Mutation::drop_rows("Docker")))
        .on(When::single(), Then::mutated(Mutation::Fences));
    let server = FakeModel::start(script).unwrap();
    let mut client = Client::new(&server);
    let first = client.ask(GEMINI, &keyed(&["Docker", "SQL"])).unwrap().answer();
    assert_eq!(first.as_object().unwrap().keys().collect::<Vec<_>>(), ["r1"]);
    let second = client.ask(GEMINI, &keyed(&["Docker", "SQL"])).unwrap().answer();
    assert_eq!(second.as_object().unwrap().len(), 2);
    assert!(client.ask(GEMINI, &keyed(&["Docker"])).unwrap().text().starts_with("```json\n"));
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn cut_answers_have_the_finish_reason() {
    let server = always(Then::mutated(Mutation::CutAfter(1)));
    let rows = keyed(&["a", "b", "c"]);
    let gemini = ask(&server, GEMINI, &rows);
    assert_eq!(gemini.json()["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert!(serde_json::from_str::<Value>(&gemini.text()).is_err());
    assert_eq!(ask(&server, OPENAI, &rows).json()["choices"][0]["finish_reason"], "length");
}

#[test]
fn enforces_the_output_cap() {
    let server = FakeModel::start(Script::new().enforce_output_cap()).unwrap();
    let response = ask(&server, GEMINI, &keyed(&["a", "b", "c"]));
    assert_eq!(response.json()["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert_eq!(response.text().chars().count(), 36, "the cap is nine tokens");
}

#[test]
fn usage_is_absent_or_fixed() {
    let absent = ask(&always(Then::answer().usage(UsageReport::Absent)), OPENAI, &keyed(&["a"])).json();
    assert!(absent.get("usage").is_none());
    let usage = UsageReport::Fixed { prompt: 10, output: 5, thinking: 3, cached: 2 };
    let server = always(Then::answer().usage(usage));
    assert_eq!(ask(&server, OPENAI, &keyed(&["a"])).json()["usage"]["completion_tokens"], 8);
    assert_eq!(ask(&server, GEMINI, &keyed(&["a"])).json()["usageMetadata"]["totalTokenCount"], 18);
}

#[test]
fn connections_break_on_command() {
    let cases = [("reset", Then::reset(), None), ("cut body", Then::cut_body(), Some(200))];
    for (name, then, status) in cases {
        let server = FakeModel::start(Script::new().once(When::any(), then)).unwrap();
        let error = Client::new(&server).ask(OPENAI, &keyed(&["a"])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{name}: {error}");
        assert_eq!(ask(&server, OPENAI, &keyed(&["a"])).status, 200, "{name}: next request");
        assert_eq!((server.requests()[0].status, server.requests()[0].sent), (status, false), "{name}");
    }
}

#[test]
fn sends_replies_of_no_service() {
    let redirect = ask(&always(Then::redirect("http://127.0.0.1:9/x")), OPENAI, &keyed(&["a"]));
    assert_eq!((redirect.status, redirect.headers["location"].as_str()), (307, "http://127.0.0.1:9/x"));
    let html = ask(&always(Then::html()), GEMINI, &keyed(&["a"]));
    assert_eq!((html.status, html.headers["content-type"].as_str()), (200, "text/html"));
    let raw = ask(&always(Then::raw_json(200, r#"{"error":{"code":502}}"#)), OPENAI, &keyed(&["a"]));
    assert_eq!(raw.json()["error"]["code"], 502);
    for then in [Then::huge_body(2), Then::unannounced_huge_body(2)] {
        assert_eq!(ask(&always(then), GEMINI, &keyed(&["a"])).body.len(), 2 * 1024 * 1024);
    }
}

#[test]
fn rejects_requests_that_are_not_json() {
    let server = FakeModel::start(Script::new()).unwrap();
    let mut client = Client::new(&server);
    client.send("POST", OPENAI, "", "{");
    assert_eq!(client.receive().unwrap().status, 400);
    client.send("POST", OPENAI, "", r#"{"messages": 5}"#);
    assert_eq!(client.receive().unwrap().text(), "{}", "no rows");
}

#[test]
fn raw_replies_repeat_facts_of_the_request() {
    let gateway = Then::raw(400, "text/plain", "{{cap}} over 8: {{prompt}} + {{cap}} = {{total}}")
        .header("x-at", "{{first_ms+1}}");
    let stream = Then::raw(200, "text/event-stream", r#"data: {"delta":"{{answer_head}}"}{"delta":"{{answer_tail}}"}"#);
    let script =
        Script::new().once(When::cap_over(8), gateway).on(When::body_contains("max_completion_tokens\":9"), stream);
    let server = FakeModel::start(script).unwrap();
    let body = keyed(&["a"]);
    let refused = ask(&server, OPENAI, &body);
    let prompt = server.requests()[0].prompt_tokens;
    let text = String::from_utf8(refused.body).unwrap();
    assert_eq!((refused.status, text), (400, format!("9 over 8: {prompt} + 9 = {}", prompt + 9)));
    assert!(refused.headers["x-at"].parse::<u64>().unwrap() > 1_700_000_000_000);
    let text = String::from_utf8(ask(&server, OPENAI, &body).body).unwrap();
    let halves: Vec<Value> = serde_json::Deserializer::from_str(text.strip_prefix("data: ").unwrap())
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let answer = format!("{}{}", halves[0]["delta"].as_str().unwrap(), halves[1]["delta"].as_str().unwrap());
    assert!(serde_json::from_str::<Value>(&answer).unwrap()["r0"].is_object(), "{answer}");
}
