//! What it costs when the process of a plugin dies, or when its host does.

use super::children;
use super::faults::misbehaving;
use super::{ALL, CACHE, EXPORTER, PROVIDER, SCRAPER, isolated};
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Running, Sandbox, numbers_of, program};
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);

/// A server that holds its answers until it is told to go on.
fn held() -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap()
}

/// A run with these tables isolated, of which two calls are under way.
fn under_way(rows: &Rows, tables: &[&str], server: &FakeModel) -> (Sandbox, Running) {
    let sandbox = Sandbox::with_rows(rows);
    sandbox.write("rowsmith.toml", &isolated(tables));
    let run = sandbox.start(server, &["--set", "providers.gemini.limits.max_concurrency=2"]);
    assert!(server.wait_for_requests(2, WAIT), "two calls are under way");
    (sandbox, run)
}

#[test]
fn a_provider_that_is_killed_in_its_calls_costs_these_calls_only() {
    let rows = Rows::numbered(1..=60);
    // The first two calls end with the process; all others are answered at once.
    let script = (0..2).fold(Script::new(), |script, nth| script.on(When::nth(nth), Then::answer().hold()));
    let server = FakeModel::start(script).unwrap();
    let (sandbox, run) = under_way(&rows, &[PROVIDER], &server);
    children::signal(children::one(&run, "provider"), "KILL");
    run.end().exits(0);
    sandbox.assert_output("after a kill", &rows, &[]);
    assert_eq!(numbers_of(&server.requests()[..2]).len(), 40);
    assert_eq!(server.requests().len(), 5, "three calls, of which two were made again");
    assert_eq!(sandbox.report()["rows"]["enriched"], 60);
}

#[test]
fn a_cache_that_is_killed_is_started_again_and_nobody_notices() {
    let rows = Rows::numbered(1..=60);
    let server = held();
    let (sandbox, run) = under_way(&rows, &[CACHE], &server);
    children::signal(children::one(&run, "cache"), "SEGV");
    server.release();
    assert!(server.wait_for_requests(3, WAIT), "the run goes on");
    server.release();
    run.end().exits(0);
    sandbox.assert_output("after a kill", &rows, &[]);
    let asked = server.requests().len();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), asked, "every answer was stored");
}

#[test]
fn an_exporter_that_is_killed_is_named_and_answers_are_kept() {
    let rows = Rows::numbered(1..=60);
    let server = held();
    let (sandbox, run) = under_way(&rows, &[EXPORTER], &server);
    children::signal(children::one(&run, "exporter"), "KILL");
    server.release();
    assert!(server.wait_for_requests(3, WAIT), "the run goes on");
    server.release();
    let ended = run.end().exits(8);
    let sentence = "the process of exporter plugin `jsonl` was killed by signal 9 (SIGKILL)";
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
    assert!(!sandbox.has("out.jsonl"));
    let asked = server.requests().len();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), asked, "what was answered is not asked again");
    sandbox.assert_output("the run after it", &rows, &[]);
}

#[test]
fn a_scraper_that_is_killed_is_named_and_its_rows_are_kept() {
    let rows = Rows::numbered(1..=2_000);
    let sandbox = Sandbox::with_rows(&rows);
    let piped = isolated(&[SCRAPER]).replace("path = \"rows.csv\"", "path = \"-\"");
    sandbox.write("rowsmith.toml", &piped);
    let server = FakeModel::start(Script::new()).unwrap();
    let (run, mut open) = sandbox.run_call(&server, &[]).start_with_open_input();
    open.write_all(rows.csv().as_bytes()).unwrap();
    assert!(server.wait_for_replies(1, WAIT), "rows arrive");
    // Its standard input is still open, so it waits for more.
    children::signal(children::one(&run, "scraper"), "KILL");
    let ended = run.end().exits(10);
    let sentence = "the process of scraper plugin `csv` was killed by signal 9 (SIGKILL) in the middle of a call";
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
    assert!(!sandbox.has("out.jsonl"), "a result that is not whole has another name");
    let kept = sandbox.report()["rows"]["enriched"].as_u64().unwrap();
    assert!(kept >= 20, "{kept} rows");
    assert_eq!(rowsmith_test_harness::read_jsonl(&sandbox.path("out.partial.jsonl")).len() as u64, kept);
}

#[test]
fn no_process_outlives_a_host_that_is_killed() {
    let server = held();
    let (_sandbox, run) = under_way(&Rows::numbered(1..=60), &ALL, &server);
    let all = children::of(&run);
    // The scraper's has ended with its rows.
    assert_eq!(all.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["cache", "exporter", "provider"]);
    run.signal("KILL");
    assert_eq!(run.end().code(), 137);
    for (_, id) in all {
        children::assert_ends(id);
    }
}

#[test]
fn an_interrupt_from_the_terminal_reaches_all_and_is_the_hosts_to_decide() {
    let rows = Rows::numbered(1..=60);
    let server = held();
    let (sandbox, mut run) = under_way(&rows, &ALL, &server);
    for (_, id) in children::of(&run) {
        children::signal(id, "INT");
    }
    run.signal("INT");
    run.wait_for("stopping: answers under way are waited for and kept");
    server.release();
    run.end().exits(130);
    assert_eq!(sandbox.report()["rows"]["enriched"], 40);
}

#[test]
fn a_process_that_was_just_started_survives_an_interrupt_from_the_terminal() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut command = Command::new(program());
    command.args(["__plugin", "cache", "memory"]).stdin(OwnedFd::from(theirs));
    let mut child = command.spawn().unwrap();
    drop(command);
    children::assert_catches_interrupts(child.id());
    children::signal(child.id(), "INT");
    // It waits for its host still, and ends because there is none.
    drop(ours);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_plugin_that_an_interrupt_ends_while_it_is_made_is_an_interrupt() {
    for (signal, code, said) in [("INT", 130, "interrupted by Ctrl-C"), ("TERM", 143, "terminated")] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
        sandbox.write("rowsmith.toml", &misbehaving(CACHE, "mode = \"block\"\nat = \"new\""));
        let server = FakeModel::start(Script::new()).unwrap();
        let mut run = sandbox.start(&server, &["-vv"]);
        run.wait_for("blocks in");
        run.signal(signal);
        run.wait_for("stopping: ");
        children::signal(children::one(&run, "cache"), "KILL");
        let ended = run.end().exits(code);
        assert!(
            ended.stderr.contains("was killed by signal 9 (SIGKILL) while the plugin was made"),
            "{}",
            ended.stderr
        );
        assert!(ended.stderr.contains(&format!("error: {said}")), "{}", ended.stderr);
    }
}
