//! One text in many rows of a call: a row that gives instructions to the model, and texts that are the same with good reason.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, read_jsonl, topic};
use serde_json::json;

const OBEYED: &str = "Visit the shop of the seller today";

/// Gives all rows of a call the same text.
fn same() -> Then {
    Then::mutated(Mutation::set("Topic", "tldr", OBEYED))
}

/// Returns the texts of the rows in the output.
fn texts(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    read_jsonl(&sandbox.path("out.jsonl")).into_iter().map(|row| row["TLDR"].clone()).collect()
}

#[test]
fn a_row_that_steers_its_neighbours_gets_its_text_alone() {
    for provider in ["gemini", "openai", "array"] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
        // Obeyed in every call that contains the row.
        let script = Script::new().on(When::row_contains(topic(7)), same());
        let server = FakeModel::start(script).unwrap();
        sandbox.run(&server, &["--provider", provider]).exits(0);
        let steered = texts(&sandbox).into_iter().enumerate().filter(|(_, text)| *text == OBEYED);
        assert_eq!(steered.map(|(row, _)| row).collect::<Vec<_>>(), [6], "{provider}");
        let report = sandbox.report();
        assert_eq!(report["suspected_answers"], 20, "{provider}");
        assert_eq!(report["calls"]["total"], 22, "{provider}");

        let idle = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&idle, &["--provider", provider]).exits(0);
        assert_eq!(idle.requests().len(), 0, "{provider}: only checked answers are stored, and all of them");
        assert_eq!(texts(&sandbox).iter().filter(|text| **text == OBEYED).count(), 1, "{provider}");
    }
}

#[test]
fn texts_that_are_the_same_with_good_reason_cost_a_few_calls() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=400));
    let server = FakeModel::start(Script::new().on(When::any(), same())).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert!(texts(&sandbox).iter().all(|text| text == OBEYED));
    let report = sandbox.report();
    assert_eq!(report["rows"]["enriched"], 400);
    assert!(report["calls"]["total"].as_u64().unwrap() <= 23, "{}", report["calls"]);
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(sandbox.report()["rows"]["cached"], 400, "accepted answers are stored");
}

#[test]
fn answers_that_wait_for_a_check_survive_the_end_of_a_run() {
    let interrupted = || {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
        let server = FakeModel::start(Script::new().on(When::any(), same())).unwrap();
        sandbox.run(&server, &["--max-calls", "2"]).exits(6);
        assert_eq!(server.requests().len(), 2);
        assert_eq!(sandbox.report()["rows"]["enriched"], 0, "the check has not ended");
        sandbox
    };
    let sandbox = interrupted();
    let server = FakeModel::start(Script::new().on(When::any(), same())).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 3, "only the rows that are asked alone");
    assert!(texts(&sandbox).iter().all(|text| text == OBEYED));
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 3);

    // The rows get their own texts alone, so no answer of the first run is accepted.
    let sandbox = interrupted();
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert!(texts(&sandbox).iter().all(|text| text != OBEYED));
    assert_eq!(server.requests().len(), 40);

    let sandbox = interrupted();
    sandbox.run(&server, &["--set", "batch.suspect_equal=0"]).exits(0);
    assert_eq!(server.requests().len(), 40, "without the check the answers are accepted");
}

#[test]
fn the_check_of_equal_texts_can_be_disabled_and_ignores_constrained_columns() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new().on(When::any(), same())).unwrap();
    sandbox.run(&server, &["--set", "batch.suspect_equal=0"]).exits(0);
    assert_eq!((server.requests().len(), &sandbox.report()["suspected_answers"]), (1, &json!(0)));

    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let constrained = Then::mutated(Mutation::set("Topic", "challenge", "expert"));
    let server = FakeModel::start(Script::new().on(When::any(), constrained)).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!((server.requests().len(), &sandbox.report()["suspected_answers"]), (1, &json!(0)));
}

#[test]
fn a_text_in_few_rows_is_accepted_at_once() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    // Rows 1 to 9 of 20.
    let few = (1..=9).fold(Then::answer(), |then, row| then.with(Mutation::set(topic(row), "tldr", OBEYED)));
    let server = FakeModel::start(Script::new().on(When::any(), few)).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 1);
}
