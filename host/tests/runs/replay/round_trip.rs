//! A replay makes the same calls and the same output as the run that was recorded.

use super::recordings::{change, figures, files, record, replay};
use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, topic};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// Records, replays, and compares everything that was written.
#[track_caller]
fn same(name: &str, script: Script, rows: &Rows, arguments: &[&str], code: i32) -> Value {
    let sandbox = Sandbox::with_rows(rows);
    let url = record(&sandbox, script, arguments, code);
    let written = |name: &str| sandbox.has(name).then(|| fs::read(sandbox.path(name)).unwrap());
    let outputs = ["out.jsonl", "out.jsonl.failures.jsonl"];
    let (recorded, recorded_figures) = (outputs.map(written), figures(&sandbox));
    for output in outputs {
        drop(fs::remove_file(sandbox.path(output)));
    }

    let ended = replay(&sandbox, &url, arguments);
    assert_eq!(ended.code(), code, "{name}: {}", ended.stderr);
    assert!(ended.stderr.contains("replayed from rec; nobody was asked"), "{name}: {}", ended.stderr);
    assert_eq!(sandbox.report()["replayed_from"], "rec", "{name}");
    assert_eq!(figures(&sandbox), recorded_figures, "{name}: the report");
    assert!(outputs.map(written) == recorded, "{name}: what was written");
    recorded_figures
}

#[test]
fn all_that_a_service_did_happens_again() {
    let busy = Script::new()
        .once(When::nth(0), Then::rate_limited("0"))
        .once(When::row_contains(topic(45)), Then::reset())
        .on(
            When::all([When::row_contains(topic(7)), When::unless(When::rejected())]),
            Then::mutated(Mutation::drop_rows(topic(7))),
        )
        .on(When::row_contains(topic(70)), Then::mutated(Mutation::words(topic(70), "tldr", 40)))
        .once(When::row_contains(topic(90)), Then::html());
    for provider in ["gemini", "openai", "array"] {
        let figures = same(provider, busy.clone(), &Rows::numbered(1..=100).and_blank(), &["--provider", provider], 5);
        assert_eq!(figures["rows"]["enriched"], 99, "{provider}");
        assert_eq!(figures["calls"]["rate_limited"], 1, "{provider}");
        assert_eq!(figures["calls"]["retries"], 3, "{provider}");
    }
}

#[test]
fn rows_that_share_a_question_and_rows_of_an_earlier_window() {
    let numbers: Vec<usize> = (1..=30).chain(1..=30).chain(25..=35).collect();
    let narrow = ["--set", "run.window_rows=20", "--set", "providers.gemini.limits.max_concurrency=1"];
    let figures = same("repeated", Script::new(), &Rows::of(numbers), &narrow, 0);
    assert_eq!(figures["rows"]["scraped"], 71);
}

#[test]
fn a_run_that_a_service_ended_ends_again() {
    let script = Script::new().on(When::row_contains(topic(30)), Then::billing());
    let one = ["--set", "providers.gemini.limits.max_concurrency=1"];
    let figures = same("billing", script, &Rows::numbered(1..=40), &one, 7);
    assert_eq!(figures["rows"]["enriched"], 20);
}

/// Long waits that were recorded and small quotas: a run that kept them would take minutes, and end in the test's limit.
#[test]
fn nothing_waits() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let script = Script::new().once(When::any(), Then::rate_limited("0"));
    let url = record(&sandbox, script, &[], 0);
    for path in files(&sandbox) {
        change(&path, |recording| {
            if recording["response"]["status"] == 429 {
                recording["response"]["headers"]["retry-after"] = json!("110");
            }
        });
    }
    let quota = ["--set", "providers.gemini.limits.requests_per_minute=1"];
    replay(&sandbox, &url, &quota).exits(0);
    let report = sandbox.report();
    assert_eq!((&report["calls"]["total"], &report["calls"]["retries"]), (&json!(4), &json!(1)));
    let waited = Duration::from_secs_f64(report["seconds"]["waiting_for_quota"].as_f64().unwrap());
    assert!(waited < Duration::from_secs(1), "{waited:?}");
}

#[test]
fn the_cache_is_left_alone() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let url = record(&sandbox, Script::new(), &[], 0);
    fs::remove_dir_all(sandbox.path("cache")).unwrap();
    for _ in 0..2 {
        replay(&sandbox, &url, &[]).exits(0);
        assert_eq!(sandbox.report()["rows"]["enriched"], 20);
        assert!(!sandbox.has("cache"));
        sandbox.assert_output("replayed", &rows, &[]);
    }
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 1, "the service's own answers are not there yet");
}

#[test]
fn an_interrupted_run_keeps_what_was_recorded() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let script = Script::new().on(When::nth(0), Then::answer()).on(When::any(), Then::answer().hold());
    let server = FakeModel::start(script).unwrap();
    let mut run = sandbox.start(&server, &["--record", "rec", "--set", "providers.gemini.limits.max_concurrency=1"]);
    assert!(server.wait_for_requests(2, Duration::from_secs(30)));
    run.signal("INT");
    run.wait_for("stopping: answers under way are waited for and kept");
    server.release();
    let ended = run.end().exits(130);
    assert!(ended.stderr.contains("recorded 2 exchanges in rec"), "{}", ended.stderr);
    let names: Vec<String> =
        files(&sandbox).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["000001-provider-gemini.json", "000002-provider-gemini.json"]);
    replay(&sandbox, &server.base_url(), &["--limit", "40"]).exits(0);
    assert_eq!(sandbox.report()["rows"]["enriched"], 40);
}
