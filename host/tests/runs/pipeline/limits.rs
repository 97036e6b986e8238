//! What a run may use. A limit is never exceeded, and a run that it stopped goes on from there.

use rowsmith_fake_model::{FakeModel, Script, Then, UsageReport, When};
use rowsmith_test_harness::{Rows, Sandbox};
use serde_json::Value;

/// Runs 100 rows under a limit, then without it; returns the report and the calls of the first run.
#[track_caller]
fn stopped_by(limit: &[&str], script: Script, says: &str) -> (Value, usize) {
    let rows = Rows::numbered(1..=100);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(script).unwrap();
    let ended = sandbox.run(&server, limit).exits(6);
    assert!(ended.stderr.contains(says), "{limit:?}: {}", ended.stderr);
    let report = sandbox.report();
    let calls = server.requests().len();
    assert_eq!(report["rows"]["enriched"], 20 * calls, "{limit:?}: what was answered is kept");
    assert_eq!(report["skipped"]["stopped"], 100 - 20 * calls, "{limit:?}");
    assert!(!sandbox.has("out.jsonl") && sandbox.has("out.partial.jsonl"), "{limit:?}");

    sandbox.run(&server, &["--set", "providers.gemini.limits.max_concurrency=16"]).exits(0);
    assert_eq!(server.requests().len(), 5, "{limit:?}: the next run asks what is left");
    sandbox.assert_output("the next run", &rows, &[]);
    (report, calls)
}

#[test]
fn calls() {
    let (report, calls) = stopped_by(&["--max-calls", "3"], Script::new(), "max_calls = 3 is used up");
    assert_eq!(calls, 3);
    assert_eq!(report["exit_code"], 6);
    assert_eq!(report["stopped"], "max_calls = 3 is used up");
}

const ONE_AT_A_TIME: &str = "providers.gemini.limits.max_concurrency=1";

#[test]
fn tokens() {
    let usage = UsageReport::Fixed { prompt: 900, output: 600, thinking: 0, cached: 0 };
    let script = Script::new().on(When::any(), Then::answer().usage(usage));
    let limit = ["--set", "limits.max_tokens=7000", "--set", ONE_AT_A_TIME];
    let (report, calls) = stopped_by(&limit, script, "could exceed max_tokens = 7000");
    assert!((1..=4).contains(&calls), "{calls}");
    let tokens = &report["tokens"];
    assert_eq!(tokens["input"], 900 * calls);
    assert!(tokens["input"].as_u64().unwrap() + tokens["output"].as_u64().unwrap() <= 7_000);
}

#[test]
fn money() {
    let usage = UsageReport::Fixed { prompt: 1_000, output: 500, thinking: 0, cached: 0 };
    let script = || Script::new().on(When::any(), Then::answer().usage(usage));
    let prices = ["--set", "providers.gemini.prices={input_usd_per_million=1.0,output_usd_per_million=10.0}"];
    let limit = ["--max-cost", "0.05", "--set", ONE_AT_A_TIME];
    let (report, calls) = stopped_by(&[&prices[..], &limit].concat(), script(), "could exceed max_cost_usd = 0.05");
    assert!((1..=4).contains(&calls), "{calls}");
    let cost = report["cost_usd"].as_f64().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a handful of calls")]
    let wanted = 0.006 * calls as f64;
    assert!((cost - wanted).abs() < 1e-9 && cost <= 0.05, "{cost}");

    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
    let server = FakeModel::start(script()).unwrap();
    let ended = sandbox.run(&server, &["--max-cost", "1"]).exits(2);
    assert!(ended.stderr.contains("needs the prices of `gemini`"), "{}", ended.stderr);
    assert_eq!(server.requests().len(), 0, "no price, no call");
}

#[test]
fn time() {
    // One call a minute: the second never leaves in time.
    let rows = Rows::numbered(1..=40);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let limit = ["--set", "limits.deadline_secs=1", "--set", "providers.gemini.limits.requests_per_minute=1"];
    let ended = sandbox.run(&server, &limit).exits(6);
    assert!(ended.stderr.contains("deadline_secs is over"), "{}", ended.stderr);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(sandbox.report()["rows"]["enriched"], 20);
    assert!(sandbox.report()["seconds"]["waiting_for_quota"].as_f64().is_some());
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 2);
}
