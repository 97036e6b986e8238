//! Several processes at once on one cache: no row is asked twice, and the quota is one for all.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);

#[test]
fn two_processes_ask_every_row_once_and_both_finish() {
    let rows = Rows::numbered(1..=200);
    let sandbox = Sandbox::with_rows(&rows);
    let script = Script::new().on(When::any(), Then::answer().delay(Duration::from_millis(150)));
    let server = FakeModel::start(script).unwrap();
    let few = ["--set", "providers.gemini.limits.max_concurrency=3"];
    let first = sandbox.start(&server, &few);
    let second = sandbox.start(&server, &[&few[..], &["-o", "other.jsonl"]].concat());
    first.end().exits(0);
    second.end().exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=200).collect::<Vec<_>>(), "every row once");
    sandbox.assert_output("first process", &rows, &[]);
    assert_eq!(sandbox.read("out.jsonl"), sandbox.read("other.jsonl"));
}

#[test]
fn a_slow_process_does_not_ask_what_a_fast_one_has_answered_meanwhile() {
    let rows = Rows::numbered(1..=200);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new().on(When::nth(0), Then::answer().hold())).unwrap();
    let slow = sandbox.start(&server, &["--set", "providers.gemini.limits.max_concurrency=1"]);
    assert!(server.wait_for_requests(1, WAIT), "it has found no answer in the cache");
    let fast = sandbox.start(&server, &["-o", "other.jsonl"]);
    assert!(server.wait_for_replies(9, WAIT), "all but the rows of the slow one's first call");
    server.release();
    slow.end().exits(0);
    fast.end().exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=200).collect::<Vec<_>>(), "every row once");
    assert_eq!(server.requests().len(), 10);
    sandbox.assert_output("the slow process", &rows, &[]);
    assert_eq!(sandbox.read("out.jsonl"), sandbox.read("other.jsonl"));
}

#[test]
fn two_processes_share_the_quota_and_so_do_two_runs() {
    let limits = ["--set", "providers.gemini.limits.requests_per_minute=3", "--set", "limits.deadline_secs=2"];
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
    sandbox.write("others.csv", &Rows::numbered(41..=80).csv());
    let server = FakeModel::start(Script::new()).unwrap();
    let first = sandbox.start(&server, &limits);
    let others = ["--set", "scraper.config.path=others.csv", "-o", "other.jsonl"];
    let second = sandbox.start(&server, &[&limits[..], &others].concat());
    let mut codes = [first.end().code(), second.end().code()];
    codes.sort_unstable();
    assert_eq!(codes, [0, 6], "four calls are one more than the minute has");
    assert_eq!(server.requests().len(), 3);
    sandbox.write("third.csv", &Rows::numbered(81..=81).csv());
    sandbox.run(&server, &[&limits[..], &["--set", "scraper.config.path=third.csv"]].concat()).exits(6);
    assert_eq!(server.requests().len(), 3, "the window outlives the process");
}
