//! Errors, damaged answers and broken connections.

use crate::client::{Client, GEMINI, OPENAI, ask, keyed};
use rowsmith_fake_model::{Act, FakeModel, Mutation, Script, UsageReport, When};
use serde_json::{Value, json};
use std::io::ErrorKind;

fn always(act: Act) -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), act)).unwrap()
}

#[test]
fn errors_speak_the_dialect() {
    let quota = "/error/details/0/violations/0/quotaId";
    let per_day = json!("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    let cases = [
        (
            "rate",
            Act::rate_limited("7"),
            GEMINI,
            429,
            "/error/details/1/retryDelay",
            json!("7s"),
        ),
        (
            "rate",
            Act::rate_limited("7"),
            OPENAI,
            429,
            "/error/code",
            json!("rate_limit_exceeded"),
        ),
        (
            "plain 429 with a hint",
            Act::status(429).retry_after("2"),
            GEMINI,
            429,
            "/error/details/0/retryDelay",
            json!("2s"),
        ),
        (
            "bad hint",
            Act::rate_limited("soon"),
            GEMINI,
            429,
            "/error/details/1/retryDelay",
            json!("soon"),
        ),
        ("day", Act::daily_quota(), GEMINI, 429, quota, per_day),
        (
            "day",
            Act::daily_quota(),
            OPENAI,
            429,
            "/error/code",
            json!("rate_limit_exceeded"),
        ),
        (
            "key",
            Act::wrong_key(),
            GEMINI,
            400,
            "/error/details/0/reason",
            json!("API_KEY_INVALID"),
        ),
        (
            "key",
            Act::wrong_key(),
            OPENAI,
            401,
            "/error/code",
            json!("invalid_api_key"),
        ),
        (
            "billing",
            Act::billing(),
            GEMINI,
            402,
            "/error/status",
            json!("RESOURCE_EXHAUSTED"),
        ),
        (
            "billing",
            Act::billing(),
            OPENAI,
            429,
            "/error/type",
            json!("insufficient_quota"),
        ),
        (
            "model",
            Act::unknown_model(),
            GEMINI,
            404,
            "/error/status",
            json!("NOT_FOUND"),
        ),
        (
            "model",
            Act::unknown_model(),
            OPENAI,
            404,
            "/error/code",
            json!("model_not_found"),
        ),
        (
            "schema",
            Act::schema_rejected(),
            GEMINI,
            400,
            "/error/status",
            json!("INVALID_ARGUMENT"),
        ),
        (
            "schema",
            Act::schema_rejected(),
            OPENAI,
            400,
            "/error/param",
            json!("response_format"),
        ),
        (
            "size",
            Act::too_large(),
            GEMINI,
            400,
            "/error/status",
            json!("INVALID_ARGUMENT"),
        ),
        (
            "size",
            Act::too_large(),
            OPENAI,
            400,
            "/error/code",
            json!("context_length_exceeded"),
        ),
        (
            "503",
            Act::status(503),
            GEMINI,
            503,
            "/error/status",
            json!("UNAVAILABLE"),
        ),
        (
            "529",
            Act::status(529),
            OPENAI,
            529,
            "/error/type",
            json!("server_error"),
        ),
        (
            "prompt blocked",
            Act::blocked_prompt(),
            GEMINI,
            200,
            "/promptFeedback/blockReason",
            json!("PROHIBITED_CONTENT"),
        ),
        (
            "prompt blocked",
            Act::blocked_prompt(),
            OPENAI,
            200,
            "/choices/0/finish_reason",
            json!("content_filter"),
        ),
        (
            "answer blocked",
            Act::blocked_answer(),
            GEMINI,
            200,
            "/candidates/0/finishReason",
            json!("SAFETY"),
        ),
        (
            "answer blocked",
            Act::blocked_answer(),
            OPENAI,
            200,
            "/choices/0/message/content",
            Value::Null,
        ),
    ];
    for (name, act, path, status, pointer, want) in cases {
        let response = ask(&always(act), path, &keyed(&["a"]));
        assert_eq!(response.status, status, "{name} {path}");
        assert_eq!(response.json().pointer(pointer), Some(&want), "{name} {path}");
    }
    let limited = ask(
        &always(Act::rate_limited("7").header("x-extra", "1")),
        OPENAI,
        &keyed(&["a"]),
    );
    assert_eq!(
        (
            limited.headers["retry-after"].as_str(),
            limited.headers["x-extra"].as_str()
        ),
        ("7", "1")
    );
}

#[test]
fn answers_are_damaged_only_where_a_rule_fits() {
    let script = Script::new()
        .once(
            When::row_contains("Docker"),
            Act::mutated(Mutation::drop_rows("Docker")),
        )
        .on(When::single(), Act::mutated(Mutation::Fences));
    let server = FakeModel::start(script).unwrap();
    let mut client = Client::new(&server);
    let first = client.ask(GEMINI, &keyed(&["Docker", "SQL"])).unwrap().answer();
    assert_eq!(first.as_object().unwrap().keys().collect::<Vec<_>>(), ["r1"]);
    let second = client.ask(GEMINI, &keyed(&["Docker", "SQL"])).unwrap().answer();
    assert_eq!(second.as_object().unwrap().len(), 2);
    assert!(
        client
            .ask(GEMINI, &keyed(&["Docker"]))
            .unwrap()
            .text()
            .starts_with("```json\n")
    );
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_cut_answer_says_so() {
    let server = always(Act::mutated(Mutation::CutAfter(1)));
    let rows = keyed(&["a", "b", "c"]);
    let gemini = ask(&server, GEMINI, &rows);
    assert_eq!(gemini.json()["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert!(serde_json::from_str::<Value>(&gemini.text()).is_err());
    assert_eq!(
        ask(&server, OPENAI, &rows).json()["choices"][0]["finish_reason"],
        "length"
    );
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
    let absent = ask(
        &always(Act::answer().usage(UsageReport::Absent)),
        OPENAI,
        &keyed(&["a"]),
    )
    .json();
    assert!(absent.get("usage").is_none());
    let usage = UsageReport::Fixed {
        prompt: 10,
        output: 5,
        thinking: 3,
        cached: 2,
    };
    let server = always(Act::answer().usage(usage));
    assert_eq!(
        ask(&server, OPENAI, &keyed(&["a"])).json()["usage"]["completion_tokens"],
        8
    );
    assert_eq!(
        ask(&server, GEMINI, &keyed(&["a"])).json()["usageMetadata"]["totalTokenCount"],
        18
    );
}

#[test]
fn connections_break_as_asked() {
    let cases = [("reset", Act::reset(), None), ("cut body", Act::cut_body(), Some(200))];
    for (name, act, status) in cases {
        let server = FakeModel::start(Script::new().once(When::any(), act)).unwrap();
        let error = Client::new(&server).ask(OPENAI, &keyed(&["a"])).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset),
            "{name}: {error}"
        );
        assert_eq!(
            ask(&server, OPENAI, &keyed(&["a"])).status,
            200,
            "{name}: the next one is answered"
        );
        assert_eq!(
            (server.requests()[0].status, server.requests()[0].sent),
            (status, false),
            "{name}"
        );
    }
}

#[test]
fn foreign_replies_are_given() {
    let redirect = ask(&always(Act::redirect("http://127.0.0.1:9/x")), OPENAI, &keyed(&["a"]));
    assert_eq!(
        (redirect.status, redirect.headers["location"].as_str()),
        (307, "http://127.0.0.1:9/x")
    );
    let html = ask(&always(Act::html()), GEMINI, &keyed(&["a"]));
    assert_eq!((html.status, html.headers["content-type"].as_str()), (200, "text/html"));
    let raw = ask(
        &always(Act::raw_json(200, r#"{"error":{"code":502}}"#)),
        OPENAI,
        &keyed(&["a"]),
    );
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
