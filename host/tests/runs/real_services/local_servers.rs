//! A server on this machine has few slots. More calls than slots only wait in its queue.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Rows, Sandbox};
use std::time::Duration;

const OPENAI: [&str; 2] = ["--provider", "openai"];

#[track_caller]
fn run(name: &str, rows: usize, script: Script, arguments: &[&str]) -> FakeModel {
    let rows = Rows::numbered(1..=rows);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(script).unwrap();
    let call = sandbox.run_call(&server, &[&OPENAI[..], arguments].concat());
    let ended = call.time_scale("0.05").start().end();
    assert_eq!(ended.code(), 0, "{name}: {}", ended.stderr);
    sandbox.assert_output(name, &rows, &[]);
    server
}

#[test]
fn number_of_calls_follows_the_slots() {
    let latency = Duration::from_millis(60);
    for (slots, at_least, at_most) in [(1, 2, 4), (100, 4, 16)] {
        let script = Script::new().with_latency(latency).with_slots(slots);
        let server = run("slots", 1_000, script, &["--set", "batch.max_rows=10"]);
        let most = server.max_in_flight();
        assert!((at_least..=at_most).contains(&most), "{slots} slots: {most} calls at once");
        assert_eq!(server.requests().len(), 100, "{slots} slots");
    }
}

#[test]
fn call_that_times_out_in_the_queue_is_no_failure() {
    // The second call needs 1.6 s, and has 1.4 s.
    let timeout = ["--set", "providers.openai.config.timeout_secs=28"];
    let script = Script::new().with_latency(Duration::from_millis(800)).with_slots(1);
    let server = run("queue", 80, script, &timeout);
    assert!(server.requests().len() <= 7, "{} calls", server.requests().len());
}
