//! Questions to a program in Python.

mod conformance;

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on, has_program};
use rowsmith_provider_exec::ExecProvider;

const BEGINNING: &str = "import sys, json
hello = json.loads(sys.stdin.readline())
def say(**line): print(json.dumps(line), flush=True)
";

fn provider(program: &str, options: &Value) -> Result<ExecProvider> {
    let config = json!({"command": ["python3", "-c", format!("{BEGINNING}{program}")], "options": options});
    ExecProvider::new(serde_json::from_value(config)?, FakeHost::default().host())
}

fn request() -> CompletionRequest {
    CompletionRequest {
        system: "be brief".to_owned(),
        note: "the rows:".to_owned(),
        rows: r#"{"r0":{"tag":"x7","row":{"Topic":"a"}},"r1":{"tag":"y8","row":{"Topic":"b"}}}"#.to_owned(),
        schema: Some(r#"{"type":"object"}"#.to_owned()),
        rules: r#"{"short":{"type":"string","max_words":3}}"#.to_owned(),
        max_output_tokens: Some(99),
        row_count: 2,
        json_mode: false,
    }
}

#[test]
fn info_comes_from_the_ready_line() {
    if !has_program("python3") {
        return;
    }
    let plain = provider("say(ready=1); sys.stdin.read()", &json!({})).unwrap().info();
    assert!(plain.model.starts_with("python3 -c import sys"), "{}", plain.model);
    assert_eq!((plain.structured_output, plain.max_output_tokens), (StructuredOutput::JsonSchema, None));
    assert!(plain.is_language_model);

    let program = r#"say(ready=1, model="m-2", identity={"weights": "abc"}, structured_output="json_object",
    max_output_tokens=500, is_language_model=False); sys.stdin.read()"#;
    let info = provider(program, &json!({"depth": 3})).unwrap().info();
    assert_eq!((info.model.as_str(), info.max_output_tokens), ("m-2", Some(500)));
    assert_eq!(info.structured_output, StructuredOutput::JsonObject);
    assert!(!info.is_language_model);
    assert_eq!(info.identity["options"], json!({"depth": 3}));
    assert_eq!(info.identity["identity"], json!({"weights": "abc"}));
    assert_eq!(info.identity["command"][0], "python3");
}

#[test]
fn request_and_reply_are_complete() {
    if !has_program("python3") {
        return;
    }
    let program = r#"say(ready=1)
for line in sys.stdin:
    question = json.loads(line)
    say(id=question["id"], answer=question["complete"], usage={"input": 5, "output": 6}, model="m-3", finish="length")"#;
    let completion = block_on(provider(program, &json!({})).unwrap().complete(request())).unwrap();
    let seen: Value = serde_json::from_str(&completion.text).unwrap();
    let expected = json!({
        "system": "be brief",
        "user": request().user_text(),
        "rows": {"r0": {"tag": "x7", "row": {"Topic": "a"}}, "r1": {"tag": "y8", "row": {"Topic": "b"}}},
        "schema": {"type": "object"},
        "rules": {"short": {"type": "string", "max_words": 3}},
        "max_output_tokens": 99,
        "row_count": 2,
    });
    assert_eq!(seen, expected);
    assert_eq!((completion.usage.input, completion.usage.output), (Some(5), Some(6)));
    assert_eq!((completion.model.as_deref(), completion.finish), (Some("m-3"), FinishReason::Length));
}

#[test]
fn text_is_unchanged() {
    if !has_program("python3") {
        return;
    }
    let program = "say(ready=1)\nfor line in sys.stdin: say(id=json.loads(line)['id'], text='[{\"id\"')";
    let completion = block_on(provider(program, &json!({})).unwrap().complete(request())).unwrap();
    assert_eq!(completion, Completion::text("[{\"id\""));
}

#[test]
fn errors_keep_their_kind() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        (r#"error={"kind": "quota_exhausted", "message": "enough for today"}"#, ErrorKind::QuotaExhausted, "enough"),
        (r#"error={"message": "just so"}"#, ErrorKind::Other, "just so"),
        (r#"error={"kind": "of the future", "message": "?"}"#, ErrorKind::Other, "?"),
        (r#"text="x", answer={}"#, ErrorKind::InvalidData, "neither or both"),
        ("", ErrorKind::InvalidData, "neither or both"),
    ];
    for (reply, kind, part) in cases {
        let program = format!("say(ready=1)\nfor line in sys.stdin: say(id=json.loads(line)['id'], {reply})");
        let error = block_on(provider(&program, &json!({})).unwrap().complete(request())).unwrap_err();
        assert_eq!(error.kind, kind, "{reply}: {error}");
        assert!(error.message.contains(part), "{reply}: {error}");
    }
}

#[test]
fn a_program_that_exits_before_ready_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let error = provider("raise ValueError('no weights')", &json!({})).unwrap_err();
    assert!(error.message.ends_with("ended with exit code 1: ValueError: no weights"), "{error}");
    assert!(error.hint.unwrap().contains("Traceback"));
}

#[test]
fn verify_names_the_model() {
    if !has_program("python3") {
        return;
    }
    let provider = provider("say(ready=1, model='m'); sys.stdin.read()", &json!({})).unwrap();
    assert!(block_on(provider.verify()).unwrap().ends_with(" m"));
}

#[test]
fn requests_limits_and_reset_times_are_passed_on() {
    if !has_program("python3") {
        return;
    }
    let program = r#"say(ready=1, max_requests_per_answer=4)
for line in sys.stdin:
    question = json.loads(line)
    if question["id"] == 1:
        say(id=1, answer={}, requests=3, usage={"input": 5, "cache_written": 4},
            limits=[{"unit": "requests", "window_secs": 60, "remaining": 0, "reset_at_ms": 1800000000000}])
    elif question["id"] == 2:
        say(id=2, answer={}, requests="many", limits=7)
    else:
        say(id=3, error={"kind": "retryable", "message": "busy", "retry_at_ms": 1800000000000})"#;
    let provider = provider(program, &json!({})).unwrap();
    assert_eq!(provider.info().max_requests_per_answer, 4);
    let answer = block_on(provider.complete(request())).unwrap();
    assert_eq!((answer.requests, answer.usage.cache_written), (Some(3), Some(4)));
    assert_eq!((answer.limits[0].remaining, answer.limits[0].reset_at_ms), (Some(0), Some(1_800_000_000_000)));
    // Values of another type are those of programs that know nothing of these keys.
    let answer = block_on(provider.complete(request())).unwrap();
    assert_eq!((answer.requests, answer.limits.len()), (None, 0));
    assert_eq!(block_on(provider.complete(request())).unwrap_err().retry_at_ms, Some(1_800_000_000_000));
}
