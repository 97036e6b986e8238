//! Caches that break one promise each.

use super::flawed::Flawed;
use crate::kit::{assert_finds, assert_finds_like, linked};
use rowsmith_plugin_api::prelude::json;
use rowsmith_plugin_testkit::conformance::{Report, Suite, Worker};

fn suite(flaw: &str) -> Suite {
    Suite::of(linked!(cache: Flawed, "coordination").0).config(json!({ "flaw": flaw }))
}

const PUT: &str = "what is put can be got, and the last put counts";
const SCAN: &str = "a scan goes on after a key, within its limit";
const DELETE: &str = "deleting and clearing count what was there";
const QUOTA: &str = "a quota holds within its window";
const CLAIM: &str = "a claim holds until it is given back or runs out";

#[test]
fn a_cache_without_a_flaw_conforms() {
    suite("none").run().assert();
}

#[test]
fn every_flaw_is_named() {
    let cases = [
        ("keeps the first", PUT, "after a second put, the key 01…00000007 has another value than was put"),
        ("sorts answers", PUT, "values come in another order than their keys were asked for"),
        (
            "cuts keys",
            "keys that look alike are not mixed up",
            "after keys that look alike, the key 00…00000000 has another value than was put",
        ),
        (
            "loses empty values",
            "values may be empty, or a mebibyte long",
            "after values of many sizes, the value of the key 01…00000001 is gone",
        ),
        (
            "scans backwards",
            "a thousand entries are scanned in the order of their keys",
            "a scan is not in the order of the keys",
        ),
        ("knows no limit", SCAN, "a scan with a limit of 7 brings 100 entries"),
        ("begins too early", SCAN, "a scan in parts never ends"),
        ("counts wishes", DELETE, "two of three keys were there to be deleted, and 3 were counted"),
        ("does not clear", DELETE, "after clearing, the key 01…00000000 has a value"),
        ("counts to seven", "the counts of the store are right", "there are 20 entries, and 7 are counted"),
        ("cries wolf", "a sound store verifies as sound", "a sound store is called damaged: page 3 is damaged"),
        ("grants everything", QUOTA, "a quota of 10 was granted 11 times within its window"),
        ("grants everything", CLAIM, "a claim of another owner: granted are [true, true], and due is [false, true]"),
        ("has one quota", QUOTA, "a quota of another name is used up as well"),
        ("takes in part", QUOTA, "a request that was refused has taken room all the same"),
        (
            "forgets all",
            "a persistent store keeps its values over reopening",
            "after reopening, the value of the key 01…00000001 is gone",
        ),
    ];
    for (flaw, check, sentence) in cases {
        assert_finds(&suite(flaw).run(), check, sentence);
    }
    let sentence = "a claim after one was renewed and one ran out: granted are [false, false]";
    assert_finds_like(&suite("never lets go").run(), CLAIM, sentence);
    let sentence = "a claim after the owner has given back what is its own: granted are [true, true]";
    assert_finds_like(&suite("frees for all").run(), CLAIM, sentence);
}

/// This test is also what the other processes run.
fn with_processes(flaw: &str, test: &str) -> Report {
    suite(flaw).worker(Worker::of_test(&format!("conformance::caches::tests::{test}::{{{{closure}}}}"))).run()
}

#[test]
fn a_store_that_one_process_writes_over_another_is_named() {
    let report = with_processes("owns its file", "a_store_that_one_process_writes_over_another_is_named");
    if report.checks.is_empty() {
        return;
    }
    let check = "two processes can use the store at once";
    assert_finds_like(&report, check, "after puts of two processes, the value of the key ");
    assert_finds_like(&report, "a quota holds among processes", "together were granted 20 of a quota of 10");
    assert_finds_like(&report, "a claimed key has one owner among processes", "60 keys were claimed by both");
    // It does write before it acknowledges.
    let killed = "what was acknowledged survives the death of its process";
    assert!(report.failures().all(|(name, _)| name != killed), "{report}");
}

#[test]
fn a_store_that_writes_late_is_named() {
    let report = with_processes("writes late", "a_store_that_writes_late_is_named");
    if report.checks.is_empty() {
        return;
    }
    let check = "what was acknowledged survives the death of its process";
    assert_finds_like(
        &report,
        check,
        "after the process that put it was killed, the value of the key 00…00000000 is gone",
    );
}
