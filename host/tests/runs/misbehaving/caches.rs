//! Caches. Answers that they cannot store are exported all the same, because they are paid for.

use super::scene::{Kind, ROWS, Scene, add, case, check};
use rowsmith_test_harness::Golden;

#[test]
fn faults_before_the_first_row_end_the_run_without_a_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, 0),
        case("mode = 'panic'\nat = 'store'", 4, 0),
        case("mode = 'block'\nat = 'new'", 9, 0),
        case("mode = 'block'\nat = 'store'", 9, 0),
        case("mode = 'panic'\nat = 'get_many'", 4, 0),
        case("mode = 'error'\nat = 'get_many'\ntext = 'no'", 9, 0),
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

#[test]
fn faults_of_the_shared_quota_do_not_delay_the_run() {
    for fault in
        ["mode = 'wait_for_ever'", "mode = 'panic'\nat = 'acquire_quota'", "mode = 'block'\nat = 'acquire_quota'"]
    {
        let scene = Scene::new(Kind::Cache);
        scene.set(fault);
        let arguments = ["--set", "providers.chosen.limits.requests_per_minute=100"];
        let output = scene.sandbox.run(&scene.server, &arguments).exits(0);
        assert!(output.stderr.contains("WARN"), "{fault}: {}", output.stderr);
        scene.continues(ROWS);
    }
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
