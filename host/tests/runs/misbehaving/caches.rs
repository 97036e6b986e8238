//! Caches. What they cannot keep is exported all the same: it was paid for.

use super::scene::{Case, Kind, ROWS, Scene, check};

const fn case(fault: &'static str, code: i32, says: &'static str, kept: usize) -> Case {
    Case { fault, code, says, kept }
}

#[test]
fn faults_before_the_first_row_end_the_run_without_a_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, "error: cache plugin `misbehaving`: panicked: asked to panic (at ", 0),
        case(
            "mode = 'panic'\nat = 'store'",
            4,
            "error: the cache plugin `misbehaving` panicked in `store`: asked to panic (at ",
            0,
        ),
        case("mode = 'block'\nat = 'new'", 9, "cache plugin `misbehaving`: did not return from `new` within 2 s\n", 0),
        case(
            "mode = 'block'\nat = 'store'",
            9,
            "error: the cache plugin `misbehaving` did not return from `store` within 2 s\n",
            0,
        ),
        case(
            "mode = 'panic'\nat = 'get_many'",
            4,
            "error: the cache cannot be used: the cache plugin `misbehaving` panicked in `get_many`: asked to panic (at ",
            0,
        ),
        case("mode = 'error'\nat = 'get_many'\ntext = 'no'", 9, "error: the cache cannot be used: no\n", 0),
        case(
            "mode = 'block'\nat = 'get_many'",
            9,
            "error: the cache cannot be used: the cache plugin `misbehaving` did not return from `get_many` within 2 s\n",
            0,
        ),
        case("mode = 'pend'\nat = 'get_many'", 9, "did not return from `get_many` within 2 s\n", 0),
        case("mode = 'pend_then_panic'\nat = 'get_many'", 9, "did not return from `get_many` within 2 s\n", 0),
        case("mode = 'too_few'", 9, "the cache plugin `misbehaving` answered `get_many` with an incomplete message", 0),
        case("mode = 'too_many'", 9, "the cache plugin `misbehaving` answered `get_many` with", 0),
    ];
    check(Kind::Cache, &cases);
}

#[test]
fn faults_of_shared_quotas_and_leases_cost_nothing() {
    let cases = [
        case("mode = 'panic'\nat = 'lease_many'", 0, "", ROWS),
        case("mode = 'block'\nat = 'lease_many'", 0, "", ROWS),
        case("mode = 'panic'\nat = 'release_many'", 0, "", ROWS),
        case("mode = 'too_few_leases'", 0, "", ROWS),
        case("mode = 'panic'\nat = 'drop'", 0, "", ROWS),
        case("mode = 'block'\nat = 'drop'", 0, "", ROWS),
    ];
    check(Kind::Cache, &cases);
}

#[test]
fn a_shared_quota_without_an_end_is_not_waited_for() {
    for fault in
        ["mode = 'wait_for_ever'", "mode = 'panic'\nat = 'acquire_quota'", "mode = 'block'\nat = 'acquire_quota'"]
    {
        let scene = Scene::new(Kind::Cache);
        scene.set(fault, 2);
        let arguments = ["--set", "providers.chosen.limits.requests_per_minute=100"];
        let ended = scene.sandbox.run(&scene.server, &arguments).exits(0);
        assert!(ended.stderr.contains("cannot acquire shared quota"), "{fault}: {}", ended.stderr);
        scene.goes_on(ROWS);
    }
}

#[test]
fn answers_that_a_cache_does_not_take_are_exported() {
    let faults = [
        ("mode = 'panic'\nat = 'put_many'", 4, "the cache plugin `misbehaving` panicked in `put_many`: asked to panic"),
        ("mode = 'error'\nat = 'put_many'\ntext = 'no'", 9, "the cache cannot be used: no\n"),
        (
            "mode = 'block'\nat = 'put_many'",
            9,
            "the cache plugin `misbehaving` did not return from `put_many` within 2 s",
        ),
    ];
    for (fault, code, says) in faults {
        let scene = Scene::new(Kind::Cache);
        let ended = scene.run(fault).exits(code);
        assert!(ended.stderr.contains(says), "{fault}: {}", ended.stderr);
        let asked: usize = scene.server.requests().iter().map(|request| request.rows.len()).sum();
        assert_eq!(scene.exported("out.partial.jsonl"), asked, "{fault}: all that was paid for");
        assert!(asked >= 20, "{fault}");
        scene.goes_on(0);
    }
}

#[test]
fn values_that_are_not_what_was_stored_are_asked_again() {
    for mode in ["junk", "flipped", "mixed_up"] {
        let scene = Scene::new(Kind::Cache);
        scene.run("").exits(0);
        let ended = scene.run(&format!("mode = '{mode}'")).exits(0);
        assert!(
            ended.stderr.contains("a cached answer is damaged and will be asked again"),
            "{mode}: {}",
            ended.stderr
        );
        assert_eq!(scene.sandbox.report()["rows"]["enriched"], ROWS, "{mode}: no wrong answer is taken");
        assert_eq!(scene.exported("out.jsonl"), ROWS, "{mode}");
        scene.goes_on(ROWS);
    }
}
