//! Processes that are killed or stopped, and files that change during a run.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, topic};
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_secs(30);
const ONE_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=1"];

/// Waits until a file whose name contains `text` exists in the sandbox.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the program writes the file at a time of its own")]
fn wait_for_file(sandbox: &Sandbox, text: &str) {
    let start = Instant::now();
    while !sandbox.names("").iter().any(|name| name.contains(text)) {
        assert!(start.elapsed() < WAIT, "{:?}", sandbox.names(""));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_kill_during_the_export_leaves_the_earlier_output() {
    let rows = Rows::numbered(1..=60);
    let sandbox = Sandbox::with_rows(&rows);
    sandbox.write("out.jsonl", "earlier\n");
    let script = Script::new().on(When::row_contains(topic(60)), Then::answer().hold());
    let server = FakeModel::start(script).unwrap();
    let run = sandbox.start(&server, &ONE_AT_ONCE);
    // The export has begun, and the last call has no answer.
    wait_for_file(&sandbox, ".out.jsonl.rowsmith-");
    assert!(server.wait_for_requests(3, WAIT));
    run.signal("KILL");
    assert_eq!(run.end().code(), 137);
    assert_eq!(sandbox.read("out.jsonl"), "earlier\n");
    let next = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&next, &[]).exits(0);
    assert_eq!(next.completions().len(), 1, "two of three calls are stored");
    sandbox.assert_output("after the kill", &rows, &[]);
    let left: Vec<String> = sandbox.names("").into_iter().filter(|name| name.contains("rowsmith-")).collect();
    assert!(left.is_empty(), "the next run removes the temporary file: {left:?}");
}

/// A minute of quotas takes 1.2 seconds.
const SCALE: &str = "0.02";
const MINUTE: Duration = Duration::from_millis(1_200);
const CALLS_PER_MINUTE: usize = 3;

#[test]
fn a_stopped_process_continues_without_a_burst() {
    let rows = Rows::numbered(1..=120);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let quota = ["--set", "providers.gemini.limits.requests_per_minute=3"];
    // No call times out while the process is stopped.
    let quota = [&quota[..], &["--set", "providers.gemini.config.timeout_secs=3600"]].concat();
    let run = sandbox.run_call(&server, &quota).time_scale(SCALE).start();
    assert!(server.wait_for_requests(CALLS_PER_MINUTE, WAIT));
    run.signal("STOP");
    let before = server.requests().len();
    assert!(!server.wait_for_requests(before + 1, MINUTE * 3 / 2), "a stopped process sends nothing");
    run.signal("CONT");
    run.end().exits(0);
    assert_eq!(server.requests().len(), 6);
    let most = server.max_in_window(MINUTE.saturating_sub(Duration::from_millis(100)));
    assert!(most <= CALLS_PER_MINUTE, "{most} calls in a minute");
    sandbox.assert_output("after the stop", &rows, &[]);
}

#[test]
fn a_small_store_grows_during_a_run() {
    let rows = Rows::numbered(1..=300);
    let sandbox = Sandbox::with_rows(&rows);
    let long = || Script::new().on(When::any(), Then::mutated(Mutation::set("Topic", "tldr", "x".repeat(20_000))));
    let server = FakeModel::start(long()).unwrap();
    sandbox.run(&server, &["--set", "cache.config.map_size_mb=1"]).exits(0);
    assert!(std::fs::metadata(sandbox.path("cache/data.mdb")).unwrap().len() > 6_000_000);
    let next = FakeModel::start(long()).unwrap();
    sandbox.run(&next, &["--set", "cache.config.map_size_mb=1"]).exits(0);
    assert_eq!(next.requests().len(), 0, "all answers are stored");
}

#[test]
fn rows_that_were_read_survive_the_loss_of_their_file() {
    let rows = Rows::numbered(1..=40);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap();
    let run = sandbox.start(&server, &[]);
    assert!(server.wait_for_requests(2, WAIT));
    std::fs::remove_file(sandbox.path("rows.csv")).unwrap();
    server.release();
    run.end().exits(0);
    sandbox.assert_output("after the loss", &rows, &[]);
}
