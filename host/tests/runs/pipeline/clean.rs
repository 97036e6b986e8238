//! Runs without faults: the number of calls, and no repeated question.

use rowsmith_fake_model::{FakeModel, RequestRecord, Script, Then, When};
use rowsmith_test_harness::config::{GEMINI_KEY, OPENAI_KEY};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);
const QUOTA: [&str; 2] = ["--set", "providers.gemini.limits.requests_per_minute=15"];

fn sizes(requests: &[RequestRecord]) -> Vec<usize> {
    requests.iter().map(|request| request.rows.len()).collect()
}

#[test]
fn n_rows_take_n_by_twenty_calls_and_are_never_asked_again() {
    let rows = Rows::numbered(1..=150);
    let sandbox = Sandbox::with_rows(&rows);
    let held = FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap();
    let many = ["--set", "providers.gemini.limits.max_concurrency=16"];
    let run = sandbox.start(&held, &[&QUOTA[..], &many].concat());
    assert!(held.wait_for_requests(5, WAIT), "five calls start before the first answer");
    held.release_request(0);
    assert!(held.wait_for_requests(8, WAIT), "a valid answer starts all others");
    held.release();
    run.end().exits(0);
    let mut asked = sizes(&held.requests());
    asked.sort_unstable();
    assert_eq!(asked, [10, 20, 20, 20, 20, 20, 20, 20]);
    assert!(held.max_in_window(Duration::from_secs(60)) <= 15);
    assert_eq!(held.max_in_flight(), 7);
    assert_eq!(numbers_of(&held.requests()), (1..=150).collect::<Vec<_>>());
    sandbox.assert_output("first run", &rows, &[]);
    for request in held.requests() {
        assert_valid(&request, "gemini", GEMINI_KEY);
    }

    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &QUOTA).exits(0);
    assert_eq!(server.requests().len(), 0, "the second run");
    assert_eq!(sandbox.report()["rows"]["cached"], 150);
    sandbox.assert_output("second run", &rows, &[]);

    let more = Rows::numbered(1..=151);
    sandbox.write("rows.csv", more.csv());
    sandbox.run(&server, &QUOTA).exits(0);
    assert_eq!(numbers_of(&server.requests()), [151], "one more row");
    assert_eq!(server.requests().len(), 1);
    sandbox.assert_output("one more row", &more, &[]);

    sandbox.write("rows.csv", rows.csv());
    let other = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&other, &["--provider", "openai"]).exits(0);
    assert_eq!(other.requests().len(), 8, "another provider has its own keys");
    for request in other.requests() {
        assert_valid(&request, "openai", OPENAI_KEY);
    }
    sandbox.assert_output("another provider", &rows, &[]);
    sandbox.run(&other, &["--provider", "openai"]).exits(0);
    assert_eq!(other.requests().len(), 8, "its answers are stored too");
}

/// Checks a request: key, schema, rows at the end, no row in the constant part of the prompt.
#[track_caller]
fn assert_valid(request: &RequestRecord, dialect: &str, key: &str) {
    assert_eq!(request.dialect, dialect);
    assert_eq!(request.key.as_deref(), Some(key));
    assert!(request.rows.iter().all(|row| row.tag.is_some()), "rows of a batch have tags");
    let (path, system, schema, cap) = match dialect {
        "gemini" => (
            "/v1beta/models/gemini-test:generateContent",
            "/systemInstruction",
            "/generationConfig/responseJsonSchema",
            "/generationConfig/maxOutputTokens",
        ),
        _ => ("/v1/chat/completions", "/messages/0", "/response_format/json_schema/schema", "/max_tokens"),
    };
    assert_eq!(request.path, path);
    let system = request.body.pointer(system).unwrap().to_string();
    assert!(system.contains("Label learning topics.") && !system.contains("Topic 0"), "{system}");
    assert_eq!(request.body.pointer(schema).unwrap()["required"].as_array().unwrap().len(), request.rows.len());
    assert!(request.body.pointer(cap).unwrap().as_u64().unwrap() >= 1_024);
    let sampling = ["temperature", "top_p", "topP", "seed"];
    assert!(!sampling.iter().any(|name| request.body.to_string().contains(&format!("\"{name}\""))));
}

#[test]
fn duplicates_are_asked_once_and_empty_rows_never() {
    let server = FakeModel::start(Script::new()).unwrap();
    let same = Rows::of(std::iter::repeat_n(7, 1_000));
    let sandbox = Sandbox::with_rows(&same);
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(sizes(&server.requests()), [1]);
    assert_eq!(sandbox.report()["rows"]["duplicates"], 999);
    sandbox.assert_output("duplicates only", &same, &[]);

    let server = FakeModel::start(Script::new()).unwrap();
    let mixed = Rows::of([3, 1, 3, 2, 1]).and_blank();
    let sandbox = Sandbox::with_rows(&mixed);
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(numbers_of(&server.requests()), [1, 2, 3]);
    let report = sandbox.report();
    assert_eq!(report["rows"]["skipped"], 1);
    assert_eq!(report["skipped"]["nothing_to_ask"], 1);
    assert_eq!(report["rows"]["enriched"], 5);
    sandbox.assert_output("some duplicates, one empty row", &mixed, &[6]);
}

#[test]
fn output_keeps_the_order_of_the_source() {
    // The first calls get their answers last.
    let script = Script::new().on(When::any(), Then::answer().hold());
    let server = FakeModel::start(script).unwrap();
    let rows = Rows::of((1..=100).rev());
    let sandbox = Sandbox::with_rows(&rows);
    let run = sandbox.start(&server, &["--set", "providers.gemini.limits.max_concurrency=16"]);
    assert!(server.wait_for_requests(5, WAIT));
    for (sent, request) in (0..5).rev().enumerate() {
        server.release_request(request);
        assert!(server.wait_for_replies(sent + 1, WAIT));
    }
    run.end().exits(0);
    sandbox.assert_output("answered in reverse", &rows, &[]);
}
