//! Sizes that a run has learned about its service are kept, and later runs and `plan` start with them.

use super::scene::CONFIG;
use rowsmith_fake_model::{FakeModel, Field, Mutation, Script, Then, When};
use rowsmith_test_harness::{Golden, Output, Rows, Sandbox};
use serde_json::Value;

/// The file beside the cache of the harness's config.
const FILE: &str = "cache.calibration.json";

/// A service whose answers to more than five rows are invalid.
fn weak_model() -> Script {
    Script::new().on(When::rows_at_least(6), Then::mutated(Mutation::WrongEnum(String::new())))
}

/// Runs over these rows, and returns the largest number of rows in the first four calls.
fn run(sandbox: &Sandbox, script: Script, rows: std::ops::RangeInclusive<usize>, options: &[&str]) -> (Output, usize) {
    sandbox.write("rows.csv", Rows::numbered(rows).csv());
    let server = FakeModel::start(script).unwrap();
    let output = sandbox.run(&server, &[&["--force"], options].concat());
    let largest = server.requests().iter().take(4).map(|request| request.rows.len()).max();
    (output, largest.unwrap_or_default())
}

fn rows_per_call(report: &Value) -> Option<u64> {
    let change = report["learned"].as_array()?.iter().find(|change| change["what"] == "rows_per_call")?;
    change["to"].as_u64()
}

#[test]
fn the_next_run_and_plan_start_with_what_the_last_one_learned() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=100));
    let (first, largest) = run(&sandbox, weak_model(), 1..=100, &[]);
    assert_eq!((first.code(), largest), (0, 20), "{}", first.stderr);
    let (second, largest) = run(&sandbox, weak_model(), 101..=160, &[]);
    assert_eq!((second.code(), largest), (0, 5), "{}", second.stderr);
    let report = sandbox.report();
    assert_eq!((rows_per_call(&report), &report["learned"][0]["at_call"]), (Some(5), &0.into()), "{report}");

    sandbox.write("rows.csv", Rows::numbered(201..=240).csv());
    let server = FakeModel::start(weak_model()).unwrap();
    let plan = |options: &[&str]| {
        let arguments = [&["plan", "--format", "json"], options].concat();
        sandbox.call(&arguments).server(&server.base_url()).output().exits(0).json()
    };
    let learned = plan(&[]);
    assert_eq!((&learned["rows_per_call"], &learned["calls"]), (&5.into(), &8.into()), "{learned}");
    let configured = plan(&["--set", "batch.adapt=false"]);
    assert_eq!((&configured["rows_per_call"], &configured["calls"]), (&20.into(), &2.into()), "{configured}");
}

#[test]
fn sizes_are_learned_anew_for_another_question_and_with_learning_off() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=100));
    run(&sandbox, weak_model(), 1..=100, &[]);
    for options in [&["--set", "enrich.instructions=Sum it up."][..], &["--set", "batch.adapt=false"]] {
        let (output, largest) = run(&sandbox, Script::new(), 301..=340, options);
        assert_eq!((output.code(), largest), (0, 20), "{options:?}: {}", output.stderr);
        assert_eq!(rows_per_call(&sandbox.report()), None, "{options:?}");
    }
}

#[test]
fn an_output_cap_is_not_rejected_again_by_the_next_run() {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", CONFIG.replace("max_words = 12\n", ""));
    let rejected = r#"{"error":{"message":"max_tokens is too large: {{cap}}. This model supports at most 512 completion tokens.","type":"invalid_request_error","param":"max_tokens","code":"invalid_value"}}"#;
    let script = Script::new().on(When::cap_over(512), Then::raw_json(400, rejected));
    let server = FakeModel::start(script.with_fields([Field::text("tldr")])).unwrap();
    let calls = |rows: std::ops::RangeInclusive<usize>| {
        let rows = rows.map(|n| format!("item {n},Note {n}\n")).fold("name,text\n".to_owned(), |text, row| text + &row);
        sandbox.write("rows.csv", rows);
        let before = server.requests().len();
        let output = sandbox.run(&server, &["--force"]);
        assert_eq!(output.code(), 0, "{}", output.stderr);
        server.requests().len() - before
    };
    assert_eq!((calls(1..=20), calls(21..=40)), (2, 1));
}

#[test]
fn a_damaged_file_is_a_warning_and_is_replaced() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let mut golden = Golden::new("calibration");
    let later = r#"{"format":"rowsmith/calibration/v9","models":{}}"#;
    for (name, text) in [("cut off", "{\"format\":\"rowsmith/calib"), ("of a later version", later)] {
        sandbox.write(FILE, text);
        let (output, _) = run(&sandbox, Script::new(), 1..=20, &["--refresh"]);
        assert_eq!(output.code(), 0, "{}", output.stderr);
        let warnings: Vec<&str> = output.stderr.lines().filter(|line| line.contains("learned")).collect();
        golden.add(name, &warnings.join("\n"));
    }
    assert_eq!(sandbox.read(FILE), later, "a file of a later version is unchanged");
    golden.check();
}

#[test]
fn nothing_is_kept_with_the_memory_cache() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let (output, _) =
        run(&sandbox, Script::new(), 1..=20, &["--set", "cache.plugin=memory", "--set", "cache.config={}"]);
    println!("{}", output.stderr);
    assert!(!sandbox.has(FILE) && !sandbox.has(".rowsmith/calibration.json"));
}
