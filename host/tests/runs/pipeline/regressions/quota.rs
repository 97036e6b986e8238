//! Quotas, budgets and deadlines delay calls only.

use rowsmith_fake_model::{Delivery, FakeModel, Script, Then, UsageReport, When};
use rowsmith_test_harness::{Rows, Sandbox, read_jsonl};
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_secs(30);
/// Far below the window of the quota and the grace period after a deadline.
const PROMPT: Duration = Duration::from_secs(5);
const ONE_AT_A_TIME: &str = "providers.gemini.limits.max_concurrency=1";

#[test]
fn answers_are_stored_while_another_call_waits_for_the_quota() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
    let server = FakeModel::start(Script::new()).unwrap();
    let run =
        sandbox.run_call(&server, &["--set", "providers.gemini.limits.requests_per_minute=1"]).real_time().start();
    assert!(server.wait_for_replies(1, WAIT));
    // Another process reads the answers. The server may have sent a reply that the run has not read yet.
    let stored = (0..10).any(|_| {
        let arguments = ["run", "--offline", "--progress", "none", "--report", "look.json", "-o", "look.jsonl"];
        sandbox.call_with(&server, arguments).output().exits(5);
        sandbox.json("look.json")["rows"]["cached"] == 20
    });
    assert!(stored, "the answers are stored only after the quota");

    let start = Instant::now();
    run.signal("INT");
    run.end().exits(130);
    assert!(start.elapsed() < PROMPT, "the end waits for the quota");
    assert_eq!(server.requests().len(), 1);
    assert_eq!(read_jsonl(&sandbox.path("out.partial.jsonl")).len(), 20);
    assert_eq!(sandbox.report()["rows"]["enriched"], 20);
}

#[test]
fn parallel_calls_use_a_budget_as_far_as_single_calls() {
    let usage = UsageReport::Fixed { prompt: 500, output: 300, thinking: 0, cached: 0 };
    let answer = || Then::answer().usage(usage).delay(Duration::from_millis(20));
    for budget in [9_000, 14_000] {
        let calls = |more: &[&str]| {
            let sandbox = Sandbox::with_rows(&Rows::numbered(1..=400));
            let server = FakeModel::start(Script::new().on(When::any(), answer())).unwrap();
            let limit = format!("limits.max_tokens={budget}");
            sandbox.run(&server, &[&["--set", &limit], more].concat()).exits(6);
            server.requests().len()
        };
        let (at_once, one_by_one) = (calls(&[]), calls(&["--set", ONE_AT_A_TIME]));
        assert!(one_by_one > 2, "the budget {budget} is too small for this test");
        assert!(at_once + 1 >= one_by_one, "{budget}: {at_once} calls at once, {one_by_one} one by one");
        assert!(at_once.max(one_by_one) * 800 <= budget, "{budget}: {at_once} and {one_by_one} calls of 800 tokens");
    }
}

#[test]
fn one_signal_ends_a_run_stopped_by_its_deadline() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
    let server = FakeModel::start(Script::new().on(When::any(), Then::answer().deliver(Delivery::Hang))).unwrap();
    // The deadline is after 300 ms, and the grace period for calls in flight lasts 3 s.
    let call = sandbox.run_call(&server, &["--set", "limits.deadline_secs=1", "--set", ONE_AT_A_TIME]);
    let run = call.time_scale("0.3").start();
    assert!(server.wait_for_requests(1, WAIT));
    assert!(!server.wait_for_requests(2, Duration::from_millis(400)), "one call at a time, and it hangs");
    run.signal("TERM");
    let output = run.end().exits(143);
    assert!(!output.stderr.contains("stopping"), "the run stops already: {}", output.stderr);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn huge_time_limits_are_no_limit() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let limited = || Script::new().once(When::any(), Then::rate_limited("0"));
    for setting in ["limits.deadline_secs", "providers.gemini.timeout_secs", "providers.gemini.retry.max_wait_secs"] {
        let server = FakeModel::start(limited()).unwrap();
        let ended = sandbox.run(&server, &["--refresh", "--set", &format!("{setting}=9223372036854775807")]);
        assert_eq!(ended.code(), 0, "{setting}: {}", ended.stderr);
        sandbox.assert_output(setting, &rows, &[]);
    }
}
