//! Failures of the service and of the way to it: what passes is tried again, what does not ends the run at once.

use super::case::Case;
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox};
use std::time::Duration;

/// The first call is treated so; later ones are answered right.
fn once(then: Then) -> Script {
    Script::new().once(When::any(), then)
}

#[test]
fn what_passes_is_tried_again() {
    let short = &["--set", "providers.gemini.config.timeout_secs=1"];
    for case in [
        Case::new("overloaded", once(Then::status(503)), 2),
        Case::new("gateway", once(Then::status(502)), 2),
        Case::new("two errors, then an answer", Script::new().times(2, When::any(), Then::status(500)), 3),
        Case::new("connection closed", once(Then::reset()), 2),
        Case::new("body cut off", once(Then::cut_body()), 2),
        Case::new("a web page", once(Then::html()), 2),
        Case::new("no reply", once(Then::hang()), 2).with(short),
        Case::new("no body", once(Then::hang_after_headers()), 2).with(short),
    ] {
        let report = case.check();
        assert_eq!(report["calls"]["batch"], 1);
        assert_eq!(report["calls"]["rate_limited"], 0);
    }
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept_by_all_calls() {
    for provider in ["gemini", "openai"] {
        let rows = Rows::numbered(1..=60);
        let sandbox = Sandbox::with_rows(&rows);
        // The first call is turned down when the others are not under way yet.
        let server = FakeModel::start(once(Then::rate_limited("1"))).unwrap();
        let one_at_a_time = format!("providers.{provider}.limits.max_concurrency=1");
        sandbox.run(&server, &["--provider", provider, "--set", &one_at_a_time]).exits(0);
        let at: Vec<Duration> = server.requests().iter().map(|request| request.at).collect();
        assert_eq!(at.len(), 4, "{provider}");
        assert!(at[1] >= at[0] + Duration::from_secs(1), "{provider}: {at:?}");
        let calls = &sandbox.report()["calls"];
        assert_eq!((&calls["rate_limited"], &calls["retries"]), (&1.into(), &1.into()), "{provider}");
        sandbox.assert_output(provider, &rows, &[]);
    }
}

/// A failure that ends the run: exit code 7 after so many calls, and a sentence that says what to do.
struct Fatal {
    name: &'static str,
    provider: &'static str,
    script: Script,
    calls: usize,
    says: &'static str,
}

fn fatal(name: &'static str, provider: &'static str, script: Script, says: &'static str) -> Fatal {
    Fatal { name, provider, script, calls: 1, says }
}

#[track_caller]
fn check(fatal: Fatal) {
    let Fatal { name, provider, script, calls, says } = fatal;
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    sandbox.write("out.jsonl", "old\n");
    let server = FakeModel::start(script).unwrap();
    let attempts = format!("providers.{provider}.retry.max_attempts=2");
    let ended = sandbox.run(&server, &["--provider", provider, "--set", &attempts]);
    assert_eq!(ended.code(), 7, "{name}: {}", ended.stderr);
    assert_eq!(server.requests().len(), calls, "{name}: {}", ended.stderr);
    assert!(ended.stderr.contains(says), "{name}: {}", ended.stderr);
    let report = sandbox.report();
    assert_eq!(report["rows"]["failed"], 0, "{name}: no row is to blame");
    assert_eq!(report["skipped"]["stopped"], 20, "{name}");
    assert_eq!(report["exit_code"], 7, "{name}");
    assert_eq!(sandbox.read("out.jsonl"), "old\n", "{name}: the last result stays");
    assert!(!sandbox.has("out.jsonl.failures.jsonl"), "{name}");

    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--provider", provider]).exits(0);
    assert_eq!(server.requests().len(), 1, "{name}: the next run");
    sandbox.assert_output(name, &rows, &[]);
}

#[test]
fn what_does_not_pass_ends_the_run_at_once() {
    for provider in ["gemini", "openai"] {
        check(fatal("wrong key", provider, Script::new().with_key("another"), "check"));
        check(fatal("no credit", provider, once(Then::billing()), "credit"));
        check(fatal("no calls left today", provider, once(Then::daily_quota()), "quota"));
        check(fatal("unknown model", provider, Script::new().with_models(["another"]), "check `model`"));
        check(fatal("a wait beyond all patience", provider, once(Then::rate_limited("4000")), "quota"));
    }
}

#[test]
fn a_service_that_never_works_is_given_up() {
    let ever = |then: Then| Script::new().on(When::any(), then);
    for (name, then, calls, says) in [
        // The batch, then its halves, in case one row is to blame; each is tried twice.
        ("errors for ever", Then::status(500), 6, "500"),
        ("limits for ever", Then::rate_limited("0.05"), 2, "429"),
        ("web pages for ever", Then::html(), 2, "a proxy or login page?"),
        ("40 MiB", Then::huge_body(40), 2, "answered with more than 33554432 bytes"),
        ("40 MiB that nothing announces", Then::unannounced_huge_body(40), 2, "answered with more than 33554432 bytes"),
    ] {
        check(Fatal { calls, ..fatal(name, "gemini", ever(then), says) });
    }
}

#[test]
fn what_works_is_kept_when_the_service_goes_away() {
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
    assert!(!sandbox.has("out.partial.jsonl"), "the partial file is out of date");
}

#[test]
fn keys_do_not_follow_redirects() {
    let ever = |then: Then| Script::new().on(When::any(), then);
    let thief = FakeModel::start(Script::new()).unwrap();
    check(fatal("redirect", "gemini", ever(Then::redirect(thief.base_url())), "base_url"));
    check(fatal("redirect", "openai", ever(Then::redirect(thief.base_url())), "base_url"));
    assert!(thief.requests().is_empty(), "nothing at all went to the other server");
}
