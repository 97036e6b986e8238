//! Flaws of caches.

use super::flawed::Flawed;
use crate::harness::{assert_fails, linked};
use rowsmith_plugin_api::prelude::json;
use rowsmith_plugin_testkit::conformance::{Report, Suite, Worker};
use std::time::Duration;

fn suite(flaw: &str) -> Suite {
    Suite::of(linked!(cache: Flawed, "coordination,expiry,transactions").0).config(json!({ "flaw": flaw }))
}

#[test]
fn a_cache_without_a_flaw_conforms() {
    suite("none").run().assert();
    suite("own clock").run().assert();
}

#[test]
fn every_flaw_is_found() {
    let cases = [
        ("keeps the first", "put_and_get", "01…00000007"),
        ("sorts answers", "put_and_get", "order"),
        ("cuts keys", "similar_keys", "00…00000000"),
        ("loses empty values", "sizes", "01…00000001"),
        ("scans backwards", "scan_order", "order"),
        ("knows no limit", "scan_limits", "100 entries"),
        ("begins too early", "scan_limits", "does not end"),
        ("counts requested keys", "deleting", "returned 3, expected 2"),
        ("does not clear", "deleting", "01…00000000"),
        ("counts to seven", "stats", "7 entries, expected 20"),
        ("reports damage", "verify", "page 3 is damaged"),
        ("grants everything", "quota", "granted 11 times"),
        ("grants everything", "leases", "granted [true, true], expected [false, true]"),
        ("has one quota", "quota", "another name"),
        ("takes in part", "quota", "a refused request"),
        ("forgets all", "reopening", "01…00000001"),
        ("blocks large amounts", "quota", "does not fit into an empty window"),
        ("waits too briefly", "quota_passes", "the requested wait has passed"),
        ("trusts the clock of hosts", "quota", "granted 11 times"),
        ("trusts the clock of hosts", "leases", "granted [true"),
        ("never expires", "leases_pass", "was not granted to another owner"),
        ("renews nothing", "leases_pass", "a renewed lease did not last"),
        ("releases for all", "leases", "granted [true, false, true]"),
        ("ends at once", "expiry", "before its time"),
        ("keeps for ever", "expiry", "01…00000001"),
        ("keeps the expiry", "expiry", "01…00000003"),
        ("applies backwards", "changes", "01…00000001"),
        ("applies one by one", "changes_together", "others are not"),
        ("ends with a run", "finish", "01…00000001"),
    ];
    // Some checks wait for the clock.
    std::thread::scope(|scope| {
        for (flaw, check, text) in cases {
            scope.spawn(move || assert_fails(&suite(flaw).run(), check, text));
        }
    });
}

#[test]
fn calls_of_other_threads_have_a_limit() {
    let report = suite("blocks threads").call_timeout(Duration::from_secs(1)).run();
    assert_fails(
        &report,
        "threads",
        "putting values did not end within 1 second; the plugin does not return from `put_many`",
    );
    assert_eq!(report.failures().count(), 1, "{report}");
}

/// Runs a suite whose other processes run the test that calls this.
fn with_processes(flaw: &str, test: &str) -> Report {
    suite(flaw).worker(Worker::of_test(&format!("conformance::caches::tests::{test}::{{{{closure}}}}"))).run()
}

#[test]
fn a_store_that_processes_overwrite_is_found() {
    let report = with_processes("owns its file", "a_store_that_processes_overwrite_is_found");
    if report.checks.is_empty() {
        return;
    }
    assert_fails(&report, "processes", "has no value");
    assert_fails(&report, "quota_processes", "20 of a quota of 10");
    assert_fails(&report, "lease_processes", "60 keys");
    // It writes before it acknowledges.
    assert!(report.failures().all(|(id, _)| id != "killed_process"), "{report}");
}

#[test]
fn a_store_that_writes_late_is_found() {
    let report = with_processes("writes late", "a_store_that_writes_late_is_found");
    if report.checks.is_empty() {
        return;
    }
    assert_fails(&report, "killed_process", "00…00000000");
}
