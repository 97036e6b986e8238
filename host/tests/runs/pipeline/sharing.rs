//! Several processes with one cache: no row is asked twice, and they share the quota.
//!
//! The processes depend on each other's timing, so most of their waits take the real time.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);

#[test]
fn two_processes_ask_every_row_once() {
    let rows = Rows::numbered(1..=200);
    let sandbox = Sandbox::with_rows(&rows);
    let script = Script::new().on(When::any(), Then::answer().delay(Duration::from_millis(150)));
    let server = FakeModel::start(script).unwrap();
    let few = ["--set", "providers.gemini.limits.max_concurrency=3"];
    let first = sandbox.run_call(&server, &few).real_time().start();
    let second = sandbox.run_call(&server, &[&few[..], &["-o", "other.jsonl"]].concat()).real_time().start();
    first.end().exits(0);
    second.end().exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=200).collect::<Vec<_>>(), "every row once");
    sandbox.assert_output("first process", &rows, &[]);
    assert_eq!(sandbox.read("out.jsonl"), sandbox.read("other.jsonl"));
}

#[test]
fn slow_process_uses_the_answers_of_a_fast_one() {
    let rows = Rows::numbered(1..=200);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new().on(When::nth(0), Then::answer().hold())).unwrap();
    let slow = sandbox.run_call(&server, &["--set", "providers.gemini.limits.max_concurrency=1"]).real_time().start();
    assert!(server.wait_for_requests(1, WAIT), "the first process found no answer in the cache");
    let fast = sandbox.run_call(&server, &["-o", "other.jsonl"]).real_time().start();
    assert!(server.wait_for_replies(9, WAIT), "all rows but those of the first call of the slow process");
    server.release();
    slow.end().exits(0);
    fast.end().exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=200).collect::<Vec<_>>(), "every row once");
    assert_eq!(server.requests().len(), 10);
    sandbox.assert_output("the slow process", &rows, &[]);
    assert_eq!(sandbox.read("out.jsonl"), sandbox.read("other.jsonl"));
}

/// Half of the real time: the minute of the quota is longer than this test on a busy machine.
const HALF: &str = "0.5";

#[test]
fn processes_and_runs_share_the_quota() {
    let quota = ["--set", "providers.gemini.limits.requests_per_minute=3"];
    let limits = [&quota[..], &["--set", "limits.deadline_secs=3"]].concat();
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
    sandbox.write("others.csv", Rows::numbered(41..=80).csv());
    let server = FakeModel::start(Script::new()).unwrap();
    let first = sandbox.run_call(&server, &limits).time_scale(HALF).start();
    let others = ["--set", "scraper.config.path=others.csv", "-o", "other.jsonl"];
    let second = sandbox.run_call(&server, &[&limits[..], &others].concat()).time_scale(HALF).start();
    let mut codes = [first.end().code(), second.end().code()];
    codes.sort_unstable();
    assert_eq!(codes, [0, 6], "four calls exceed the quota of the minute");
    assert_eq!(server.requests().len(), 3);
    sandbox.write("third.csv", Rows::numbered(81..=81).csv());
    let third = ["--set", "scraper.config.path=third.csv", "--set", "limits.deadline_secs=1"];
    sandbox.run_call(&server, &[&quota[..], &third].concat()).time_scale(HALF).output().exits(6);
    assert_eq!(server.requests().len(), 3, "the quota window outlives the process");
}
