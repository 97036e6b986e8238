//! Errors of the service and the network: transient errors are retried, permanent ones end the run at once.

use super::case::Case;
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Sandbox, parallel};
use std::time::Duration;

/// Replies like this to the first call; later calls get the right answer.
fn once(then: Then) -> Script {
    Script::new().once(When::any(), then)
}

#[test]
fn transient_errors_are_retried() {
    // A tenth of this, but long enough for a real answer on a busy machine.
    let short = &["--set", "providers.gemini.config.timeout_secs=10"];
    let idle = &["--set", "providers.gemini.config.idle_timeout_secs=10"];
    let cases = [
        Case::new("overloaded", once(Then::status(503)), 2),
        Case::new("gateway", once(Then::status(502)), 2),
        Case::new("two errors, then an answer", Script::new().times(2, When::any(), Then::status(500)), 3),
        Case::new("connection closed", once(Then::reset()), 2),
        Case::new("body cut off", once(Then::cut_body()), 2),
        Case::new("a web page", once(Then::html()), 2),
        Case::new("no reply", once(Then::hang()), 2).with(short),
        Case::new("no body", once(Then::hang_after_headers()), 2).with(short),
        Case::new("no further byte", once(Then::hang_after_headers()), 2).with(idle),
    ];
    for report in parallel(cases, Case::check) {
        assert_eq!(report["calls"]["batch"], 1);
        assert_eq!(report["calls"]["rate_limited"], 0);
    }
}

#[test]
fn wait_hint_of_the_service_pauses_all_calls() {
    for provider in ["gemini", "openai"] {
        let rows = Rows::numbered(1..=60);
        let sandbox = Sandbox::with_rows(&rows);
        // The first call is refused before the others start.
        let server = FakeModel::start(once(Then::rate_limited("5"))).unwrap();
        let one_at_a_time = format!("providers.{provider}.limits.max_concurrency=1");
        sandbox.run(&server, &["--provider", provider, "--set", &one_at_a_time]).exits(0);
        let at: Vec<Duration> = server.requests().iter().map(|request| request.at).collect();
        assert_eq!(at.len(), 4, "{provider}");
        assert!(at[1] >= at[0] + Duration::from_millis(500), "a tenth of the hint, {provider}: {at:?}");
        let calls = &sandbox.report()["calls"];
        assert_eq!((&calls["rate_limited"], &calls["retries"]), (&1.into(), &1.into()), "{provider}");
        sandbox.assert_output(provider, &rows, &[]);
    }
}

/// A failure that ends the run with exit code 7.
struct Fatal {
    name: &'static str,
    provider: &'static str,
    script: Script,
    /// The number of calls until the end.
    calls: usize,
}

fn fatal(name: &'static str, provider: &'static str, script: Script) -> Fatal {
    Fatal { name, provider, script, calls: 1 }
}

/// Checks that the run ends, blames no row, keeps the earlier output, and that the next run works.
#[track_caller]
fn check(golden: &mut Golden, fatal: Fatal) {
    let Fatal { name, provider, script, calls } = fatal;
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    sandbox.write("out.jsonl", "old\n");
    let server = FakeModel::start(script).unwrap();
    let attempts = format!("providers.{provider}.retry.max_attempts=2");
    let output = sandbox.run(&server, &["--provider", provider, "--set", &attempts]);
    assert_eq!(output.code(), 7, "{name}: {}", output.stderr);
    assert_eq!(server.requests().len(), calls, "{name}: {}", output.stderr);
    golden.add(&format!("{name} ({provider})"), &output.messages());
    let report = sandbox.report();
    assert_eq!(report["rows"]["failed"], 0, "{name}: the failure is not a row's");
    assert_eq!(report["skipped"]["stopped"], 20, "{name}");
    assert_eq!(report["exit_code"], 7, "{name}");
    assert_eq!(sandbox.read("out.jsonl"), "old\n", "{name}: the earlier output stays");
    assert!(!sandbox.has("out.jsonl.failures.jsonl"), "{name}");

    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--provider", provider]).exits(0);
    assert_eq!(server.requests().len(), 1, "{name}: the next run");
    sandbox.assert_output(name, &rows, &[]);
}

#[test]
fn permanent_errors_end_the_run_at_once() {
    let mut golden = Golden::new("service_permanent_errors");
    for provider in ["gemini", "openai"] {
        let mut check = |name, script| check(&mut golden, fatal(name, provider, script));
        check("wrong key", Script::new().with_key("another"));
        check("no credit", once(Then::billing()));
        check("daily quota", once(Then::daily_quota()));
        check("unknown model", Script::new().with_models(["another"]));
        check("wait hint beyond the maximum", once(Then::rate_limited("4000")));
    }
    golden.check();
}

#[test]
fn service_that_never_works_ends_the_run() {
    let always = |then: Then| Script::new().on(When::any(), then);
    let mut golden = Golden::new("service_never_works");
    for (name, then, calls) in [
        // The batch, then its halves, in case one row is the cause; each is tried twice.
        ("server errors", Then::status(500), 6),
        ("rate limits", Then::rate_limited("0.05"), 2),
        ("web pages", Then::html(), 6),
        ("40 MiB", Then::huge_body(40), 6),
        ("40 MiB without a declared length", Then::unannounced_huge_body(40), 6),
    ] {
        check(&mut golden, Fatal { calls, ..fatal(name, "gemini", always(then)) });
    }
    golden.check();
}

#[test]
fn answers_before_the_failure_are_kept() {
    let rows = Rows::numbered(1..=60);
    let sandbox = Sandbox::with_rows(&rows);
    let script = Script::new().times(1, When::nth(0), Then::answer()).on(When::any(), Then::wrong_key());
    let server = FakeModel::start(script).unwrap();
    sandbox.run(&server, &["--set", "providers.gemini.limits.max_concurrency=1"]).exits(7);
    assert_eq!(server.requests().len(), 2);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["enriched"], &report["rows"]["skipped"]), (&20.into(), &40.into()));
    assert_eq!(sandbox.read("out.partial.jsonl").lines().count(), 20);

    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 2);
    sandbox.assert_output("the next run", &rows, &[]);
    assert!(!sandbox.has("out.partial.jsonl"), "the partial output is replaced");
}

#[test]
fn keys_do_not_follow_redirects() {
    let always = |then: Then| Script::new().on(When::any(), then);
    let other = FakeModel::start(Script::new()).unwrap();
    let mut golden = Golden::new("service_redirects");
    for provider in ["gemini", "openai"] {
        check(&mut golden, fatal("redirect", provider, always(Then::redirect(other.base_url()))));
    }
    golden.check();
    assert!(other.requests().is_empty(), "the other server received a request");
}
