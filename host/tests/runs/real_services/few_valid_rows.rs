//! One systematic failure stops the run within six calls.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Golden, Output, Rows, Sandbox};
use serde_json::Value;

const MAX_CALLS: usize = 6;
const ONE_AT_A_TIME: &str = "providers.gemini.limits.max_concurrency=1";

/// A failure of every answer, and the column and rule that the report names for it.
fn systematic() -> Vec<(&'static str, Mutation, Option<&'static str>, &'static str)> {
    vec![
        ("enum", Mutation::WrongEnum(String::new()), Some("challenge"), "enum"),
        ("type", Mutation::set("", "tldr", 7), Some("tldr"), "type"),
        ("max_words", Mutation::words("", "tldr", 13), Some("tldr"), "max_words"),
        ("null", Mutation::null("", "tldr"), Some("tldr"), "null"),
        ("blank", Mutation::empty("", "tldr"), Some("tldr"), "blank"),
        ("missing field", Mutation::missing("", "challenge"), Some("challenge"), "missing"),
        ("prose", Mutation::refusal(), None, "unreadable"),
        ("no text", Mutation::empty_text(), None, "unreadable"),
    ]
}

fn run(script: Script, rows: usize, arguments: &[&str]) -> (Output, Value, usize) {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=rows));
    let server = FakeModel::start(script).unwrap();
    let output = sandbox.run(&server, arguments);
    (output, sandbox.report(), server.requests().len())
}

#[test]
fn a_systematic_failure_stops_the_run_within_six_calls() {
    let mut golden = Golden::new("few_valid_rows");
    let one = ["--set", ONE_AT_A_TIME];
    for (name, mutation, column, rule) in systematic() {
        for (rows, arguments) in [(60, &[][..]), (60, &one), (1_000, &[]), (20, &[])] {
            let script = Script::new().on(When::any(), Then::mutated(mutation.clone()));
            let (output, report, calls) = run(script, rows, arguments);
            let case = format!("{name}, {rows} rows {arguments:?}");
            assert_eq!(output.code(), 6, "{case}: {}", output.stderr);
            assert!(calls <= MAX_CALLS, "{case}: {calls} calls");
            let first = &report["failure_summary"][0];
            assert_eq!(first["column"].as_str(), column, "{case}: {report}");
            assert_eq!(first["rule"], rule, "{case}");
            assert!(first["answers"].as_u64() >= first["rows"].as_u64(), "{case}: {first}");
            assert_eq!(report["failures"][0]["column"].as_str(), column, "{case}");
            let (failed, skipped) = (report["rows"]["failed"].as_u64(), report["skipped"]["stopped"].as_u64());
            assert_eq!(failed.unwrap() + skipped.unwrap_or(0), rows as u64, "{case}: asked rows are failed");
            assert!(failed >= Some(20), "{case}");
            // The examples of a missing field differ from row to row, and calls end in any order.
            if arguments.is_empty() && rows == 60 && name != "missing field" {
                golden.add(name, &output.messages());
            }
        }
    }
    golden.check();
}

#[test]
fn an_empty_object_for_every_call_stops_the_run() {
    let script = Script::new().on(When::any(), Then::mutated(Mutation::Text("{}".to_owned())));
    let (output, report, calls) = run(script, 300, &[]);
    assert_eq!(output.code(), 6, "{}", output.stderr);
    assert!(calls <= MAX_CALLS, "{calls}");
    assert_eq!(report["failure_summary"][0]["examples"][0], "\"{}\"", "{report}");
}

#[test]
fn examples_are_the_values_as_the_model_wrote_them() {
    let values = ["good", "bad", "fine", "odd"];
    let script = (0..20).fold(Then::answer(), |then, n| {
        then.with(Mutation::set(format!("Topic {:04}", n + 1), "challenge", values[n % 4]))
    });
    let (_, report, _) = run(Script::new().on(When::any(), script), 20, &[]);
    let examples = &report["failure_summary"][0]["examples"];
    assert_eq!(examples, &serde_json::json!(["\"good\"", "\"bad\"", "\"fine\""]), "{report}");
    assert_eq!(report["failures"][1]["raw"], "\"bad\"");
}

#[test]
fn the_brake_holds_only_runs_without_valid_rows() {
    let wrong = || Mutation::WrongEnum("Topic 000".to_owned());
    // Nine rows of 300 are hopeless: a run like any other.
    let (output, report, _) = run(Script::new().on(When::any(), Then::mutated(wrong())), 300, &[]);
    assert_eq!((output.code(), report["rows"]["enriched"].as_u64()), (5, Some(291)), "{}", output.stderr);
    // Few rows that all fail end within the allowed calls.
    let (output, report, calls) = run(Script::new().on(When::any(), Then::mutated(wrong())), 2, &[]);
    assert_eq!((output.code(), report["rows"]["failed"].as_u64()), (5, Some(2)), "{}", output.stderr);
    assert!(calls <= MAX_CALLS, "{calls}");
    // Off: every row is asked.
    let off = ["--set", "limits.min_valid_share=0", "--set", "batch.fallback=none", "--set", "batch.adapt=false"];
    let script = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(String::new())));
    let (output, report, calls) = run(script, 300, &off);
    assert_eq!((output.code(), calls, report["rows"]["failed"].as_u64()), (5, 15, Some(300)), "{}", output.stderr);
    // Without a fallback, the brake needs no more calls either.
    let script = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(String::new())));
    let (output, _, calls) = run(script, 300, &["--set", "batch.fallback=none"]);
    assert!(output.code() == 6 && calls <= MAX_CALLS, "{calls}: {}", output.stderr);
}

/// With small calls, the failure of one row or of two is not that of all.
#[test]
fn invalid_rows_at_the_start_do_not_stop_a_run_of_small_calls() {
    for (rows_per_call, wrong) in [(1, 1..=1), (1, 1..=3), (2, 1..=2), (3, 2..=2), (4, 1..=4)] {
        for one_at_a_time in [true, false] {
            let max_rows = format!("batch.max_rows={rows_per_call}");
            let mut arguments = vec!["--set", &max_rows];
            if one_at_a_time {
                arguments.extend(["--set", ONE_AT_A_TIME]);
            }
            let then =
                wrong.clone().fold(Then::answer(), |then, n| then.with(Mutation::WrongEnum(format!("Topic {n:04}"))));
            let (output, report, _) = run(Script::new().on(When::any(), then), 40, &arguments);
            let case = format!("{rows_per_call} rows a call, {wrong:?}, {arguments:?}");
            assert_eq!(output.code(), 5, "{case}: {}", output.stderr);
            assert_eq!(report["rows"]["enriched"], 40 - wrong.clone().count(), "{case}");
        }
    }
    // A failure of every row still stops the run early.
    for rows_per_call in ["batch.max_rows=1", "batch.max_rows=2", "batch.max_rows=3", "batch.max_rows=5"] {
        for more in [&[][..], &["--set", ONE_AT_A_TIME]] {
            let arguments = [&["--set", rows_per_call], more].concat();
            let script = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(String::new())));
            let (output, _, calls) = run(script, 40, &arguments);
            assert!(output.code() == 6 && calls <= MAX_CALLS, "{arguments:?}: {calls} calls, {}", output.stderr);
        }
    }
}

#[test]
fn a_later_run_with_the_right_rule_asks_all_rows() {
    let rows = Rows::numbered(1..=60);
    let sandbox = Sandbox::with_rows(&rows);
    let wrong = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(String::new())));
    sandbox.run(&FakeModel::start(wrong).unwrap(), &[]).exits(6);
    assert!(!sandbox.has("out.jsonl"));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 3);
    sandbox.assert_output("the next run", &rows, &[]);
}
