//! Providers.

use super::scene::{Case, Kind, ROWS, Scene, check};
use rowsmith_test_harness::{Rows, topic};
use serde_json::{Value, json};

const fn case(fault: &'static str, code: i32, says: &'static str, kept: usize) -> Case {
    Case { fault, code, says, kept }
}

#[test]
fn faults_before_the_first_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, "error: provider plugin `misbehaving`: panicked: asked to panic (at ", 0),
        case(
            "mode = 'panic'\nat = 'info'",
            4,
            "error: the provider plugin `misbehaving` panicked in `info`: asked to panic (at ",
            0,
        ),
        case(
            "mode = 'block'\nat = 'new'",
            7,
            "provider plugin `misbehaving`: did not return from `new` within 2 s\n",
            0,
        ),
        case(
            "mode = 'block'\nat = 'info'",
            7,
            "error: the provider plugin `misbehaving` did not return from `info` within 2 s\n",
            0,
        ),
    ];
    check(Kind::Provider, &cases);
}

#[test]
fn a_provider_that_always_fails_ends_the_run() {
    let cases = [
        case(
            "mode = 'panic'\nat = 'complete'",
            4,
            "the provider cannot be used: the provider plugin `misbehaving` panicked in `complete`: asked to panic (at ",
            0,
        ),
        case("mode = 'panic_payload'\nat = 'complete'", 4, "panicked in `complete`: a panic without a message (at ", 0),
        case("mode = 'error'\nat = 'complete'\ntext = ''", 7, "error: the provider cannot be used: ", 0),
        case("mode = 'block'\nat = 'complete'", 7, "the provider did not answer within 2 s\n", 0),
        case("mode = 'pend'\nat = 'complete'", 7, "the provider did not answer within 2 s\n", 0),
        case("mode = 'pend_then_panic'\nat = 'complete'", 7, "the provider did not answer within 2 s\n", 0),
    ];
    check(Kind::Provider, &cases);
}

#[test]
fn texts_of_absurd_length_are_neither_taken_nor_shown() {
    let cases = [
        ("mode = 'long_error'\nat = 'complete'", "error: the provider cannot be used: long long "),
        ("mode = 'huge'", "the provider plugin `misbehaving` answered `complete` with 65 MiB, which no answer has\n"),
    ];
    for (fault, says) in cases {
        let scene = Scene::new(Kind::Provider);
        let ended = scene.start(fault, &[]).end().exits(7);
        assert!(ended.stderr.contains(says) && ended.stderr.len() < 10_000, "{fault}: {}", ended.stderr);
        scene.goes_on(0);
    }
}

#[test]
fn odd_ends_and_numbers_cost_nothing() {
    let cases = [
        case("mode = 'panic'\nat = 'drop'", 0, "", ROWS),
        case("mode = 'block'\nat = 'drop'", 0, "the provider plugin `misbehaving` does not end", ROWS),
        case("mode = 'absurd_usage'", 0, "", ROWS),
        case("mode = 'absurd_info'", 0, "", ROWS),
        case("mode = 'more_ids'", 0, "", ROWS),
    ];
    check(Kind::Provider, &cases);
}

#[test]
fn answers_that_are_none_fail_their_rows() {
    for (mode, reason) in [("garbage", "unreadable"), ("long", "unreadable"), ("unknown_ids", "missing")] {
        let scene = Scene::new(Kind::Provider);
        let ended = scene.run(&format!("mode = '{mode}'")).exits(5);
        assert!(ended.stderr.contains(&format!(" failed ({reason}): ")), "{mode}: {}", ended.stderr);
        assert_eq!(scene.sandbox.report()["rows"]["failed"], ROWS, "{mode}");
        scene.goes_on(0);
    }
}

#[test]
fn no_answer_goes_to_another_row() {
    for mode in ["swapped_rows", "repeated_ids"] {
        let scene = Scene::new(Kind::Provider);
        scene.run(&format!("mode = '{mode}'"));
        // `exported` compares every answer with the row that it is on.
        let kept = scene.exported("out.jsonl");
        assert_eq!(scene.sandbox.report()["rows"]["enriched"], kept, "{mode}");
        assert!(kept >= ROWS - 4, "{mode}: {kept}");
        scene.goes_on(kept);
    }
}

/// The rows that failed, with their reasons.
fn failed(scene: &Scene) -> Vec<Value> {
    let report = scene.sandbox.report();
    report["failures"].as_array().unwrap().iter().map(|row| json!([row["row"], row["reason"]])).collect()
}

#[test]
fn one_row_that_makes_a_provider_panic_fails_alone() {
    // In a run of two calls, and in one whose only call fails at first.
    for rows in [ROWS, 20] {
        let scene = Scene::new(Kind::Provider);
        scene.sandbox.write("rows.csv", &Rows::numbered(1..=rows).csv());
        let ended = scene.run(&format!("mode = 'panic'\nat = 'complete'\ntext = '{}'", topic(7))).exits(5);
        assert_eq!(failed(&scene), [json!([7, "service"])]);
        let sentence = "the provider plugin `misbehaving` panicked in `complete`: asked to panic (at ";
        assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
        scene.sandbox.assert_output("all but one", &Rows::numbered(1..=rows), &[7]);
        scene.sandbox.write("rows.csv", &Rows::numbered(1..=ROWS).csv());
        scene.goes_on(rows - 1);
    }
}

#[test]
fn calls_that_never_return_leave_room_for_all_others() {
    // Each try of the row keeps a thread for ever: more of them than the machine has processors.
    let scene = Scene::new(Kind::Provider);
    scene.run(&format!("mode = 'block'\nat = 'complete'\ntext = '{}'", topic(7))).exits(5);
    assert_eq!(failed(&scene), [json!([7, "service"])]);
    scene.sandbox.assert_output("all but one", &Rows::numbered(1..=ROWS), &[7]);
    scene.goes_on(ROWS - 1);
}
