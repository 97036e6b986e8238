//! Rows, tables and answers of extreme sizes, and a source that is removed during the run.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, read_jsonl, topic};
use serde_json::json;
use std::time::Duration;

#[test]
fn rows_of_megabytes_and_thousands_of_columns_are_asked_and_exported() {
    const COLUMNS: usize = 10_000;
    let names: Vec<String> = (0..COLUMNS).map(|column| format!("c{column}")).collect();
    let large = "word ".repeat(1_000_000);
    let row = |number: usize, description: &str| format!("{},{description}{}\n", topic(number), ",x".repeat(COLUMNS));
    let header = format!("Topic,Description,{}\n", names.join(","));
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
    let rows: String = (1..=25).map(|number| row(number, if number == 7 { &large } else { "short" })).collect();
    sandbox.write("rows.csv", header + &rows);
    let server = FakeModel::start(Script::new()).unwrap();
    // The columns are no part of the question.
    sandbox.run(&server, &["--set", "run.window_mib=4"]).exits(0);
    let exported = read_jsonl(&sandbox.path("out.jsonl"));
    assert_eq!((exported.len(), exported[24]["c9999"].as_str()), (25, Some("x")));
    assert_eq!(exported[6]["Description"].as_str().map(|text| text.trim().len()), Some(large.trim().len()));
    assert!(exported.iter().all(|row| row["TLDR"].is_string()));
}

#[test]
fn an_answer_of_brackets_fails_its_row_alone() {
    let content = "[".repeat(100_000);
    let body = json!({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]});
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let script = Script::new().on(When::row_contains(topic(7)), Then::raw_json(200, body.to_string()));
    let server = FakeModel::start(script).unwrap();
    sandbox.run(&server, &["--provider", "openai"]).exits(5);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["enriched"], &report["rows"]["failed"]), (&json!(19), &json!(1)));
}

#[test]
fn a_source_that_is_removed_during_the_run_is_read_to_its_end() {
    let rows = Rows::numbered(1..=60);
    let sandbox = Sandbox::with_rows(&rows);
    let slow = Then::answer().delay(Duration::from_secs(1));
    let server = FakeModel::start(Script::new().on(When::any(), slow)).unwrap();
    let run = sandbox.start(&server, &[]);
    assert!(server.wait_for_requests(1, Duration::from_secs(30)));
    std::fs::remove_file(sandbox.path("rows.csv")).unwrap();
    run.end().exits(0);
    sandbox.assert_output("the rows that were read", &rows, &[]);
}
