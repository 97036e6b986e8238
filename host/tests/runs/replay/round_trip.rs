//! A replay makes the same calls and the same output as the recorded run.

use super::recordings::{change, figures, files, record, replay};
use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, topic};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// Records a run, replays it, and compares all outputs and the report. Returns the report.
#[track_caller]
fn replays_equally(name: &str, script: Script, rows: &Rows, arguments: &[&str], code: i32) -> Value {
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
    assert_eq!(sandbox.report()["replayed_from"], "rec", "{name}");
    assert_eq!(figures(&sandbox), recorded_figures, "{name}: the report");
    assert!(outputs.map(written) == recorded, "{name}: the outputs");
    recorded_figures
}

#[test]
fn replies_of_a_failing_service_are_replayed() {
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
        let figures =
            replays_equally(provider, busy.clone(), &Rows::numbered(1..=100).and_blank(), &["--provider", provider], 5);
        assert_eq!(figures["rows"]["enriched"], 99, "{provider}");
        assert_eq!(figures["calls"]["rate_limited"], 1, "{provider}");
        assert_eq!(figures["calls"]["retries"], 3, "{provider}");
    }
}

#[test]
fn duplicates_in_and_beyond_the_window_are_replayed() {
    let numbers: Vec<usize> = (1..=30).chain(1..=30).chain(25..=35).collect();
    let narrow = ["--set", "run.window_rows=20", "--set", "providers.gemini.limits.max_concurrency=1"];
    let figures = replays_equally("repeated", Script::new(), &Rows::of(numbers), &narrow, 0);
    assert_eq!(figures["rows"]["scraped"], 71);
}

#[test]
fn permanent_error_is_replayed() {
    let script = Script::new().on(When::row_contains(topic(30)), Then::billing());
    let one = ["--set", "providers.gemini.limits.max_concurrency=1"];
    let figures = replays_equally("billing", script, &Rows::numbered(1..=40), &one, 7);
    assert_eq!(figures["rows"]["enriched"], 20);
}

/// With recorded wait hints and a small quota, a real run would take minutes.
#[test]
fn replay_does_not_wait() {
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
fn replay_does_not_use_the_cache() {
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
    assert_eq!(server.requests().len(), 1, "replayed answers are not in the cache");
}

#[test]
fn interrupted_run_keeps_its_recording() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let script = Script::new().on(When::nth(0), Then::answer()).on(When::any(), Then::answer().hold());
    let server = FakeModel::start(script).unwrap();
    let mut run = sandbox.start(&server, &["--record", "rec", "--set", "providers.gemini.limits.max_concurrency=1"]);
    assert!(server.wait_for_requests(2, Duration::from_secs(30)));
    run.signal("INT");
    run.wait_for("stopping");
    server.release();
    run.end().exits(130);
    assert_eq!(sandbox.names("rec"), ["000001-provider-gemini.json", "000002-provider-gemini.json"]);
    replay(&sandbox, &server.base_url(), &["--limit", "40"]).exits(0);
    assert_eq!(sandbox.report()["rows"]["enriched"], 40);
}
