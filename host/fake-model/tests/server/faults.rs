//! Errors, damaged answers and broken connections.

use crate::client::{Client, GEMINI, OPENAI, ask, keyed};
use rowsmith_fake_model::{Act, FakeModel, Mutation, Script, UsageReport, When};
use serde_json::{Value, json};
use std::io::ErrorKind;

fn always(act: Act) -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), act)).unwrap()
}

/// An act, and where and with what values each dialect shows it: Gemini first.
type Shown = (&'static str, Act, [(u16, &'static str, Value); 2]);

fn check(cases: impl IntoIterator<Item = Shown>) {
    for (name, act, shown) in cases {
        let server = always(act);
        for (path, (status, pointer, want)) in [GEMINI, OPENAI].into_iter().zip(shown) {
            let response = ask(&server, path, &keyed(&["a"]));
            assert_eq!(response.status, status, "{name} {path}");
            assert_eq!(response.json().pointer(pointer), Some(&want), "{name} {path}");
        }
    }
}

#[test]
fn pushing_back_speaks_the_dialect() {
    let per_day = json!("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    let quota = "/error/details/0/violations/0/quotaId";
    let delay = "/error/details/1/retryDelay";
    let limited = || (429, "/error/code", json!("rate_limit_exceeded"));
    check([
        ("rate", Act::rate_limited("7"), [(429, delay, json!("7s")), limited()]),
        ("bad hint", Act::rate_limited("soon"), [(429, delay, json!("soon")), limited()]),
        ("day", Act::daily_quota(), [(429, quota, per_day), limited()]),
        ("day hints at seconds", Act::daily_quota(), [(429, delay, json!("31s")), limited()]),
    ]);
    let plain = ask(&always(Act::status(429).retry_after("2")), GEMINI, &keyed(&["a"]));
    assert_eq!(plain.json()["error"]["details"][0]["retryDelay"], "2s");
    let limited = ask(&always(Act::rate_limited("7").header("x-extra", "1")), OPENAI, &keyed(&["a"]));
    assert_eq!((limited.headers["retry-after"].as_str(), limited.headers["x-extra"].as_str()), ("7", "1"));
}

#[test]
fn refusals_speak_the_dialect() {
    let status = "/error/status";
    let code = "/error/code";
    let invalid = || json!("INVALID_ARGUMENT");
    let credit = || (402, status, json!("RESOURCE_EXHAUSTED"));
    let key = (400, "/error/details/0/reason", json!("API_KEY_INVALID"));
    check([
        ("key", Act::wrong_key(), [key, (401, code, json!("invalid_api_key"))]),
        ("billing", Act::billing(), [credit(), (429, "/error/type", json!("insufficient_quota"))]),
        ("model", Act::unknown_model(), [(404, status, json!("NOT_FOUND")), (404, code, json!("model_not_found"))]),
        ("schema", Act::schema_rejected(), [(400, status, invalid()), (400, "/error/param", json!("response_format"))]),
        ("size", Act::too_large(), [(400, status, invalid()), (400, code, json!("context_length_exceeded"))]),
        ("500", Act::status(500), [(500, status, json!("INTERNAL")), (500, code, Value::Null)]),
        ("503", Act::status(503), [(503, status, json!("UNAVAILABLE")), (503, code, json!("server_is_overloaded"))]),
        ("529", Act::status(529), [(529, status, json!("UNKNOWN")), (529, code, json!("server_is_overloaded"))]),
    ]);
}

#[test]
fn blocked_content_speaks_the_dialect() {
    let filter = (200, "/choices/0/finish_reason", json!("content_filter"));
    let refusal = (200, "/choices/0/message/refusal", json!("I cannot help with that."));
    let prompt = (200, "/promptFeedback/blockReason", json!("PROHIBITED_CONTENT"));
    check([
        ("prompt", Act::blocked_prompt(), [prompt, filter]),
        ("answer", Act::blocked_answer(), [(200, "/candidates/0/finishReason", json!("SAFETY")), refusal]),
    ]);
}

#[test]
fn answers_are_damaged_only_where_a_rule_fits() {
    let script = Script::new()
        .once(When::row_contains("Docker"), Act::mutated(Mutation::drop_rows("Docker")))
        .on(When::single(), Act::mutated(Mutation::Fences));
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
fn a_cut_answer_says_so() {
    let server = always(Act::mutated(Mutation::CutAfter(1)));
    let rows = keyed(&["a", "b", "c"]);
    let gemini = ask(&server, GEMINI, &rows);
    assert_eq!(gemini.json()["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert!(serde_json::from_str::<Value>(&gemini.text()).is_err());
    assert_eq!(ask(&server, OPENAI, &rows).json()["choices"][0]["finish_reason"], "length");
}

#[test]
fn the_output_cap_can_be_enforced() {
    let server = FakeModel::start(Script::new().enforce_output_cap()).unwrap();
    let response = ask(&server, GEMINI, &keyed(&["a", "b", "c"]));
    assert_eq!(response.json()["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert_eq!(response.text().chars().count(), 36, "the client's cap is nine tokens");
}

#[test]
fn usage_can_be_absent_or_invented() {
    let absent = ask(&always(Act::answer().usage(UsageReport::Absent)), OPENAI, &keyed(&["a"])).json();
    assert!(absent.get("usage").is_none());
    let usage = UsageReport::Fixed { prompt: 10, output: 5, thinking: 3, cached: 2 };
    let server = always(Act::answer().usage(usage));
    assert_eq!(ask(&server, OPENAI, &keyed(&["a"])).json()["usage"]["completion_tokens"], 8);
    assert_eq!(ask(&server, GEMINI, &keyed(&["a"])).json()["usageMetadata"]["totalTokenCount"], 18);
}

#[test]
fn connections_break_as_asked() {
    let cases = [("reset", Act::reset(), None), ("cut body", Act::cut_body(), Some(200))];
    for (name, act, status) in cases {
        let server = FakeModel::start(Script::new().once(When::any(), act)).unwrap();
        let error = Client::new(&server).ask(OPENAI, &keyed(&["a"])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{name}: {error}");
        assert_eq!(ask(&server, OPENAI, &keyed(&["a"])).status, 200, "{name}: the next one is answered");
        assert_eq!((server.requests()[0].status, server.requests()[0].sent), (status, false), "{name}");
    }
}

#[test]
fn foreign_replies_are_given() {
    let redirect = ask(&always(Act::redirect("http://127.0.0.1:9/x")), OPENAI, &keyed(&["a"]));
    assert_eq!((redirect.status, redirect.headers["location"].as_str()), (307, "http://127.0.0.1:9/x"));
    let html = ask(&always(Act::html()), GEMINI, &keyed(&["a"]));
    assert_eq!((html.status, html.headers["content-type"].as_str()), (200, "text/html"));
    let raw = ask(&always(Act::raw_json(200, r#"{"error":{"code":502}}"#)), OPENAI, &keyed(&["a"]));
    assert_eq!(raw.json()["error"]["code"], 502);
    for act in [Act::huge_body(2), Act::unannounced_huge_body(2)] {
        assert_eq!(ask(&always(act), GEMINI, &keyed(&["a"])).body.len(), 2 * 1024 * 1024);
    }
}

#[test]
fn a_request_that_is_not_json_is_refused() {
    let server = FakeModel::start(Script::new()).unwrap();
    let mut client = Client::new(&server);
    client.send("POST", OPENAI, "", "{");
    assert_eq!(client.receive().unwrap().status, 400);
    client.send("POST", OPENAI, "", r#"{"messages": 5}"#);
    assert_eq!(client.receive().unwrap().text(), "{}", "no rows, an empty answer");
}
