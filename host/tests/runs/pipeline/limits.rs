//! Limits of a run are never exceeded, and the next run continues.

use rowsmith_fake_model::{FakeModel, Script, Then, UsageReport, When};
use rowsmith_test_harness::{Golden, Rows, Sandbox};
use serde_json::Value;

/// Runs 100 rows under a limit, then without it; returns the report and the number of calls of the first run.
#[track_caller]
fn stopped_by(golden: &'static str, limit: &[&str], script: Script) -> (Value, usize) {
    let rows = Rows::numbered(1..=100);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(script).unwrap();
    let output = sandbox.run(&server, limit).exits(6);
    let mut golden = Golden::new(golden);
    golden.add(&limit.join(" "), &output.messages());
    golden.check();
    let report = sandbox.report();
    let calls = server.requests().len();
    assert_eq!(report["rows"]["enriched"], 20 * calls, "{limit:?}: answers are kept");
    assert_eq!(report["skipped"]["stopped"], 100 - 20 * calls, "{limit:?}");
    assert!(!sandbox.has("out.jsonl") && sandbox.has("out.partial.jsonl"), "{limit:?}");

    sandbox.run(&server, &["--set", "providers.gemini.limits.max_concurrency=16"]).exits(0);
    assert_eq!(server.requests().len(), 5, "{limit:?}: the next run asks the rest");
    sandbox.assert_output("the next run", &rows, &[]);
    (report, calls)
}

#[test]
fn max_calls_is_exact() {
    let (report, calls) = stopped_by("limit_calls", &["--max-calls", "3"], Script::new());
    assert_eq!(calls, 3);
    assert_eq!(report["exit_code"], 6);
    assert!(report["stopped"].as_str().unwrap().contains("max_calls"), "{report}");
}

const ONE_AT_A_TIME: &str = "providers.gemini.limits.max_concurrency=1";

#[test]
fn max_tokens_is_not_exceeded() {
    let usage = UsageReport::Fixed { prompt: 900, output: 600, thinking: 0, cached: 0 };
    let script = Script::new().on(When::any(), Then::answer().usage(usage));
    let limit = ["--set", "limits.max_tokens=7000", "--set", ONE_AT_A_TIME];
    let (report, calls) = stopped_by("limit_tokens", &limit, script);
    assert!((1..=4).contains(&calls), "{calls}");
    let tokens = &report["tokens"];
    assert_eq!(tokens["input"], 900 * calls);
    assert!(tokens["input"].as_u64().unwrap() + tokens["output"].as_u64().unwrap() <= 7_000);
}

#[test]
fn max_cost_is_not_exceeded() {
    let usage = UsageReport::Fixed { prompt: 1_000, output: 500, thinking: 0, cached: 0 };
    let script = || Script::new().on(When::any(), Then::answer().usage(usage));
    let prices = ["--set", "providers.gemini.prices={input_usd_per_million=1.0,output_usd_per_million=10.0}"];
    let limit = ["--max-cost", "0.05", "--set", ONE_AT_A_TIME];
    let (report, calls) = stopped_by("limit_cost", &[&prices[..], &limit].concat(), script());
    assert!((1..=4).contains(&calls), "{calls}");
    let cost = report["cost_usd"].as_f64().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a handful of calls")]
    let wanted = 0.006 * calls as f64;
    assert!((cost - wanted).abs() < 1e-9 && cost <= 0.05, "{cost}");

    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
    let server = FakeModel::start(script()).unwrap();
    sandbox.run(&server, &["--max-cost", "1"]).exits(2);
    assert_eq!(server.requests().len(), 0, "no call without a price");
}

#[test]
fn deadline_stops_the_run() {
    // One call a minute: the second cannot start before the deadline.
    let rows = Rows::numbered(1..=40);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let limit = ["--set", "limits.deadline_secs=20", "--set", "providers.gemini.limits.requests_per_minute=1"];
    sandbox.run(&server, &limit).exits(6);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(sandbox.report()["rows"]["enriched"], 20);
    assert!(sandbox.report()["seconds"]["waiting_for_quota"].as_f64().is_some());
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 2);
}
