//! A row that gets no response fails in every run, and ends none: later runs ask it last.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of, parallel, topic};
use serde_json::{Value, json};

const SHORT: [&str; 4] = ["--provider", "openai", "--set", "providers.openai.config.timeout_secs=10"];

fn failures(sandbox: &Sandbox) -> Vec<Value> {
    let report = sandbox.report();
    let failures = report["failures"].as_array().unwrap();
    failures.iter().map(|failure| json!([failure["row"], failure["reason"]])).collect()
}

#[test]
fn a_later_run_ends_as_the_first_one() {
    let body = r#"{"error":{"message":"The request cannot be processed."}}"#;
    let cases = [
        ("400", Then::raw_json(400, body), "refused"),
        ("403", Then::raw_json(403, body), "refused"),
        ("404", Then::raw_json(404, body), "refused"),
        ("reset", Then::reset(), "service"),
        ("cut off", Then::cut_body(), "service"),
        ("hang", Then::hang(), "service"),
        ("500", Then::status(500), "service"),
        ("40 MiB", Then::huge_body(40), "service"),
    ];
    parallel(cases, |(name, then, reason)| {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
        let poisoned = || Script::new().on(When::row_contains(topic(7)), then.clone());
        for run in 1..=3 {
            let server = FakeModel::start(poisoned()).unwrap();
            let ended = sandbox.run(&server, &SHORT);
            assert_eq!(ended.code(), 5, "{name}, run {run}: {}", ended.stderr);
            assert_eq!(failures(&sandbox), [json!([7, reason])], "{name}, run {run}");
            assert!(run == 1 || server.requests().len() <= 4, "{name}, run {run}: {} calls", server.requests().len());
        }
        // More rows are asked before the poisoned one.
        sandbox.write("rows.csv", Rows::numbered(1..=50).csv());
        let server = FakeModel::start(poisoned()).unwrap();
        sandbox.run(&server, &SHORT).exits(5);
        assert_eq!(numbers_of(&server.requests()[..1]), (41..=50).collect::<Vec<_>>(), "{name}");
        // The row is answered once the service accepts it.
        let server = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&server, &SHORT).exits(0);
        assert_eq!(server.requests().len(), 1, "{name}");
    });
}

#[test]
fn a_service_that_is_unusable_is_not_the_fault_of_a_known_row() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new().on(When::row_contains(topic(7)), Then::reset())).unwrap();
    sandbox.run(&server, &SHORT).exits(5);
    for then in [Then::wrong_key(), Then::billing(), Then::raw_json(403, "{}")] {
        let server = FakeModel::start(Script::new().on(When::any(), then)).unwrap();
        sandbox.run(&server, &SHORT).exits(7);
        assert_eq!(sandbox.report()["rows"]["failed"], 0);
    }
}
