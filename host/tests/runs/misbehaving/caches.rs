//! Caches. Answers that they cannot store are exported all the same, because they are paid for.

use super::scene::{Kind, ROWS, Scene, add, case, check};
use rowsmith_test_harness::{Golden, Output, parallel};
use std::time::{Duration, Instant};

#[test]
fn faults_before_the_first_row_end_the_run_without_a_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, 0),
        case("mode = 'panic'\nat = 'store'", 4, 0),
        case("mode = 'block'\nat = 'new'", 9, 0),
        case("mode = 'block'\nat = 'store'", 9, 0),
        case("mode = 'panic'\nat = 'get_many'", 4, 0),
        case("mode = 'error'\nat = 'get_many'\ntext = 'no'", 9, 0),
        case("mode = 'foreign_error'\nat = 'new'\ntext = 'no such device'", 9, 0),
        case("mode = 'foreign_error'\nat = 'get_many'\ntext = 'no such device'", 9, 0),
        case("mode = 'block'\nat = 'get_many'", 9, 0),
        case("mode = 'pend'\nat = 'get_many'", 9, 0),
        case("mode = 'pend_then_panic'\nat = 'get_many'", 9, 0),
        case("mode = 'too_few'", 9, 0),
        case("mode = 'too_many'", 9, 0),
    ];
    check("misbehaving_cache_first", Kind::Cache, &cases);
}

#[test]
fn faults_of_leases_and_release_cost_nothing() {
    let cases = [
        case("mode = 'panic'\nat = 'lease_many'", 0, ROWS),
        case("mode = 'block'\nat = 'lease_many'", 0, ROWS),
        case("mode = 'panic'\nat = 'release_many'", 0, ROWS),
        case("mode = 'too_few_leases'", 0, ROWS),
        case("mode = 'panic'\nat = 'drop'", 0, ROWS),
        case("mode = 'block'\nat = 'drop'", 0, ROWS),
    ];
    check("misbehaving_cache_leases", Kind::Cache, &cases);
}

/// Limits, so that a run acquires shared quota.
const QUOTA: [&str; 2] = ["--set", "providers.chosen.limits.requests_per_minute=100"];
/// A short outage (a tenth of 2 s), so that the run gives up.
const IMPATIENT: [&str; 2] = ["--set", "cache.retry.give_up_after_secs=2"];

/// Runs with this fault and these options.
fn run_with(scene: &Scene, fault: &str, options: &[&[&str]]) -> Output {
    scene.set(fault);
    scene.sandbox.run(&scene.server, &options.concat())
}

fn warnings(output: &Output) -> usize {
    output.stderr.lines().filter(|line| line.contains("WARN")).count()
}

#[test]
fn a_cache_that_is_away_for_a_while_costs_nothing() {
    parallel(["new", "get_many", "put_many", "lease_many", "release_many", "acquire_quota", ""], |at| {
        let scene = Scene::new(Kind::Cache);
        let output = run_with(&scene, &format!("mode = 'away'\nat = '{at}'\nnumber = 4"), &[&QUOTA]).exits(0);
        assert_eq!(scene.server.requests().len(), 2, "{at}: no call is sent twice");
        assert_eq!(scene.exported("out.jsonl"), ROWS, "{at}");
        // One line when the cache is unavailable, and one when it is available again; parallel calls may fail one after the other.
        let lines = warnings(&output);
        assert!((2..=8).contains(&lines) && lines.is_multiple_of(2), "{at}: {}", output.stderr);
        scene.continues(ROWS);
    });
}

#[test]
fn a_cache_that_stays_away_stops_the_run() {
    let mut golden = Golden::new("misbehaving_cache_away");
    let cases = [("new", 0), ("get_many", 0), ("lease_many", 0), ("acquire_quota", 0), ("put_many", ROWS)];
    let outputs = parallel(cases, |(at, answered)| {
        let scene = Scene::new(Kind::Cache);
        let fault = format!("mode = 'away'\nat = '{at}'\nnumber = 1000000");
        let output = run_with(&scene, &fault, &[&QUOTA, &IMPATIENT]).exits(9);
        let asked: usize = scene.server.requests().iter().map(|request| request.rows.len()).sum();
        assert_eq!(asked, answered, "{at}: calls");
        assert_eq!(scene.exported("out.partial.jsonl"), asked, "{at}: all paid answers are exported");
        // Other methods work meanwhile.
        assert_eq!(warnings(&output), 1, "{at}: {}", output.stderr);
        scene.continues(0);
        (fault, output)
    });
    for (fault, output) in &outputs {
        add(&mut golden, fault, output);
    }
    golden.check();
}

#[test]
fn a_signal_ends_a_run_whose_cache_is_away() {
    let scene = Scene::new(Kind::Cache);
    let mut run = scene.start("mode = 'away'\nat = 'get_many'\nnumber = 1000000", &[]);
    run.wait_for("WARN");
    let start = Instant::now();
    run.signal("INT");
    run.end().exits(130);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    scene.continues(0);
}

#[test]
fn a_deadline_ends_a_run_whose_cache_is_away() {
    let scene = Scene::new(Kind::Cache);
    let fault = "mode = 'away'\nat = 'get_many'\nnumber = 1000000";
    run_with(&scene, fault, &[&["--set", "limits.deadline_secs=1"]]).exits(6);
    assert_eq!(scene.server.requests().len(), 0);
    scene.continues(0);
}

const QUOTA_FAULTS: [&str; 4] = [
    "mode = 'wait_for_ever'",
    "mode = 'panic'\nat = 'acquire_quota'",
    "mode = 'block'\nat = 'acquire_quota'",
    "mode = 'away'\nat = 'acquire_quota'\nnumber = 1000000",
];

#[test]
fn no_call_is_sent_without_shared_quota() {
    let mut golden = Golden::new("misbehaving_cache_quota");
    for (reaction, options) in [("wait", &IMPATIENT[..]), ("stop", &[])] {
        let reaction = format!("cache.on_quota_error={reaction}");
        let outputs = parallel(QUOTA_FAULTS, |fault| {
            let scene = Scene::new(Kind::Cache);
            let output = run_with(&scene, fault, &[&QUOTA, &["--set", &reaction], options]);
            let code = if fault.contains("panic") { 4 } else { 9 };
            assert_eq!(output.code(), code, "{reaction}, {fault}: {}", output.stderr);
            assert_eq!(scene.server.requests().len(), 0, "{reaction}, {fault}");
            scene.continues(0);
            output
        });
        for (fault, output) in QUOTA_FAULTS.iter().zip(&outputs) {
            add(&mut golden, &format!("{reaction}, {fault}"), output);
        }
    }
    golden.check();
}

#[test]
fn a_failing_shared_quota_can_be_ignored() {
    parallel(QUOTA_FAULTS, |fault| {
        let scene = Scene::new(Kind::Cache);
        let output = run_with(&scene, fault, &[&QUOTA, &["--set", "cache.on_quota_error=ignore"]]).exits(0);
        assert_eq!(warnings(&output), 1, "{fault}: {}", output.stderr);
        scene.continues(ROWS);
    });
}

#[test]
fn a_failure_at_the_end_of_the_run_is_a_warning() {
    let mut golden = Golden::new("misbehaving_cache_finish");
    for fault in
        ["mode = 'error'\nat = 'finish'\ntext = 'no'", "mode = 'panic'\nat = 'finish'", "mode = 'block'\nat = 'finish'"]
    {
        let scene = Scene::new(Kind::Cache);
        let output = scene.run(fault).exits(0);
        add(&mut golden, fault, &output);
        scene.continues(ROWS);
    }
    golden.check();
}

#[test]
fn answers_that_a_cache_cannot_store_are_exported() {
    let mut golden = Golden::new("misbehaving_cache_put");
    for (fault, code) in [
        ("mode = 'panic'\nat = 'put_many'", 4),
        ("mode = 'error'\nat = 'put_many'\ntext = 'no'", 9),
        ("mode = 'block'\nat = 'put_many'", 9),
    ] {
        let scene = Scene::new(Kind::Cache);
        let output = scene.run(fault).exits(code);
        add(&mut golden, fault, &output);
        let asked: usize = scene.server.requests().iter().map(|request| request.rows.len()).sum();
        assert_eq!(scene.exported("out.partial.jsonl"), asked, "{fault}: all paid answers");
        assert!(asked >= 20, "{fault}");
        scene.continues(0);
    }
    golden.check();
}

#[test]
fn damaged_values_are_asked_again() {
    for mode in ["junk", "flipped", "mixed_up"] {
        let scene = Scene::new(Kind::Cache);
        scene.run("").exits(0);
        let output = scene.run(&format!("mode = '{mode}'")).exits(0);
        assert!(output.stderr.contains("WARN"), "{mode}: {}", output.stderr);
        assert_eq!(scene.sandbox.report()["rows"]["enriched"], ROWS, "{mode}: no damaged value is an answer");
        assert_eq!(scene.exported("out.jsonl"), ROWS, "{mode}");
        scene.continues(ROWS);
    }
}
