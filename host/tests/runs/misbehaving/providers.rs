//! Providers.

use super::scene::{Kind, MAX_STDERR, ROWS, Scene, add, case, check};
use rowsmith_test_harness::{Golden, Rows, topic};
use serde_json::{Value, json};

#[test]
fn faults_before_the_first_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, 0),
        case("mode = 'panic'\nat = 'info'", 4, 0),
        case("mode = 'block'\nat = 'new'", 7, 0),
        case("mode = 'block'\nat = 'info'", 7, 0),
    ];
    check("misbehaving_provider_first", Kind::Provider, &cases);
}

#[test]
fn provider_that_always_fails_ends_the_run() {
    let cases = [
        case("mode = 'panic'\nat = 'complete'", 4, 0),
        case("mode = 'panic_payload'\nat = 'complete'", 4, 0),
        case("mode = 'error'\nat = 'complete'\ntext = ''", 7, 0),
        case("mode = 'foreign_error'\nat = 'complete'\ntext = 'Topic'", 7, 0),
        case("mode = 'block'\nat = 'complete'", 7, 0),
        case("mode = 'pend'\nat = 'complete'", 7, 0),
        case("mode = 'pend_then_panic'\nat = 'complete'", 7, 0),
    ];
    check("misbehaving_provider_always", Kind::Provider, &cases);
}

#[test]
fn oversized_texts_are_refused_and_shortened() {
    let mut golden = Golden::new("misbehaving_provider_sizes");
    for fault in ["mode = 'long_error'\nat = 'complete'", "mode = 'huge'"] {
        let scene = Scene::new(Kind::Provider);
        let output = scene.start(fault, &[]).end().exits(7);
        assert!(output.stderr.len() < MAX_STDERR, "{fault}: {}", output.stderr);
        add(&mut golden, fault, &output);
        scene.continues(0);
    }
    golden.check();
}

#[test]
fn invalid_numbers_and_a_hung_release_cost_nothing() {
    let cases = [
        case("mode = 'panic'\nat = 'drop'", 0, ROWS),
        case("mode = 'block'\nat = 'drop'", 0, ROWS),
        case("mode = 'absurd_usage'", 0, ROWS),
        case("mode = 'absurd_info'", 0, ROWS),
        case("mode = 'more_ids'", 0, ROWS),
    ];
    check("misbehaving_provider_numbers", Kind::Provider, &cases);
}

#[test]
fn unreadable_answers_fail_their_rows() {
    for (mode, reason) in [("garbage", "unreadable"), ("long", "unreadable"), ("unknown_ids", "missing")] {
        let scene = Scene::new(Kind::Provider);
        // No row is valid, so the run stops after a few calls.
        scene.run(&format!("mode = '{mode}'")).exits(6);
        let report = scene.sandbox.report();
        let (failed, skipped) = (report["rows"]["failed"].as_u64(), report["rows"]["skipped"].as_u64());
        assert_eq!(failed.zip(skipped).map(|(failed, skipped)| failed + skipped), Some(ROWS as u64), "{mode}");
        let failures = report["failures"].as_array().unwrap();
        assert!(failures.iter().all(|failure| failure["reason"] == reason), "{mode}: {}", failures[0]);
        scene.continues(0);
    }
}

#[test]
fn no_answer_goes_to_another_row() {
    for mode in ["swapped_rows", "repeated_ids"] {
        let scene = Scene::new(Kind::Provider);
        scene.run(&format!("mode = '{mode}'"));
        // `exported` compares every answer with its row.
        let kept = scene.exported("out.jsonl");
        assert_eq!(scene.sandbox.report()["rows"]["enriched"], kept, "{mode}");
        assert!(kept >= ROWS - 4, "{mode}: {kept}");
        scene.continues(kept);
    }
}

/// Returns the failed rows and their reasons.
fn failed(scene: &Scene) -> Vec<Value> {
    let report = scene.sandbox.report();
    report["failures"].as_array().unwrap().iter().map(|row| json!([row["row"], row["reason"]])).collect()
}

#[test]
fn row_that_makes_a_provider_panic_fails_alone() {
    // A run of two calls, and one whose only call fails at first.
    for rows in [ROWS, 20] {
        let scene = Scene::new(Kind::Provider);
        scene.sandbox.write("rows.csv", Rows::numbered(1..=rows).csv());
        scene.run(&format!("mode = 'panic'\nat = 'complete'\ntext = '{}'", topic(7))).exits(5);
        assert_eq!(failed(&scene), [json!([7, "service"])]);
        scene.sandbox.assert_output("all but one", &Rows::numbered(1..=rows), &[7]);
        scene.sandbox.write("rows.csv", Rows::numbered(1..=ROWS).csv());
        scene.continues(rows - 1);
    }
}

#[test]
fn hung_calls_leave_room_for_all_others() {
    // Each attempt leaks a thread: more threads than the machine has processors.
    let scene = Scene::new(Kind::Provider);
    scene.run(&format!("mode = 'block'\nat = 'complete'\ntext = '{}'", topic(7))).exits(5);
    assert_eq!(failed(&scene), [json!([7, "service"])]);
    scene.sandbox.assert_output("all but one", &Rows::numbered(1..=ROWS), &[7]);
    scene.continues(ROWS - 1);
}
