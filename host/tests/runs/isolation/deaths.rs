//! Plugin processes that are killed, and hosts that are killed.

use super::children;
use super::faults::misbehaving;
use super::{ALL, CACHE, EXPORTER, PROVIDER, SCRAPER, isolated};
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Running, Sandbox, library_name, numbers_of, plugins, program};
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);

/// Returns a server that holds all answers.
fn held() -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap()
}

/// Starts a run with these tables isolated and waits for two calls in flight.
fn two_calls_in_flight(rows: &Rows, tables: &[&str], server: &FakeModel) -> (Sandbox, Running) {
    let sandbox = Sandbox::with_rows(rows);
    sandbox.write("rowsmith.toml", isolated(tables));
    let run = sandbox.start(server, &["--set", "providers.gemini.limits.max_concurrency=2"]);
    assert!(server.wait_for_requests(2, WAIT), "two calls in flight");
    (sandbox, run)
}

#[test]
fn killed_provider_costs_only_its_calls() {
    let rows = Rows::numbered(1..=60);
    // The first two calls end with the process; all others are answered.
    let script = (0..2).fold(Script::new(), |script, nth| script.on(When::nth(nth), Then::answer().hold()));
    let server = FakeModel::start(script).unwrap();
    let (sandbox, run) = two_calls_in_flight(&rows, &[PROVIDER], &server);
    children::signal(children::one(&run, "provider"), "KILL");
    run.end().exits(0);
    sandbox.assert_output("after a kill", &rows, &[]);
    assert_eq!(numbers_of(&server.requests()[..2]).len(), 40);
    assert_eq!(server.requests().len(), 5, "three calls, two of them repeated");
    assert_eq!(sandbox.report()["rows"]["enriched"], 60);
}

/// A rebuild writes to the file of a plugin that a run uses.
#[test]
fn a_plugin_that_is_replaced_during_a_run_has_no_effect() {
    let rows = Rows::numbered(1..=60);
    for (tables, name) in [(&[PROVIDER][..], "in a separate process"), (&[], "in this process")] {
        // The first two calls wait; all others are answered.
        let script = (0..2).fold(Script::new(), |script, nth| script.on(When::nth(nth), Then::answer().hold()));
        let server = FakeModel::start(script).unwrap();
        let sandbox = Sandbox::with_rows(&rows);
        let file = library_name("provider", "gemini");
        let bytes = std::fs::read(plugins().join(&file)).unwrap();
        let copy = sandbox.write(&format!("own/{file}"), &bytes);
        sandbox.write("rowsmith.toml", isolated(tables));
        let limit = "providers.gemini.limits.max_concurrency=2";
        let run = sandbox.start(&server, &["--set", limit, "--plugin-dir", "own"]);
        assert!(server.wait_for_requests(2, WAIT), "two calls in flight");
        std::fs::OpenOptions::new().write(true).open(&copy).unwrap().write_all(&vec![0; bytes.len()]).unwrap();
        std::fs::File::create(&copy).unwrap();
        if !tables.is_empty() {
            children::signal(children::one(&run, "provider"), "KILL");
        }
        server.release();
        run.end().exits(0);
        sandbox.assert_output(name, &rows, &[]);
    }
}

#[test]
fn killed_cache_is_restarted() {
    let rows = Rows::numbered(1..=60);
    let server = held();
    let (sandbox, run) = two_calls_in_flight(&rows, &[CACHE], &server);
    children::signal(children::one(&run, "cache"), "SEGV");
    server.release();
    assert!(server.wait_for_requests(3, WAIT), "the run continues");
    server.release();
    run.end().exits(0);
    sandbox.assert_output("after a kill", &rows, &[]);
    let asked = server.requests().len();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), asked, "every answer was stored");
}

#[test]
fn killed_exporter_is_reported_and_answers_are_kept() {
    let rows = Rows::numbered(1..=60);
    let server = held();
    let (sandbox, run) = two_calls_in_flight(&rows, &[EXPORTER], &server);
    children::signal(children::one(&run, "exporter"), "KILL");
    server.release();
    assert!(server.wait_for_requests(3, WAIT), "the run continues");
    server.release();
    let ended = run.end().exits(8);
    let mut golden = Golden::new("isolation_killed_exporter");
    golden.add("killed exporter (exit 8)", &ended.messages());
    golden.check();
    assert!(!sandbox.has("out.jsonl"));
    let asked = server.requests().len();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), asked, "stored answers are not asked again");
    sandbox.assert_output("the run after it", &rows, &[]);
}

#[test]
fn killed_scraper_is_reported_and_its_rows_are_kept() {
    let rows = Rows::numbered(1..=2_000);
    let sandbox = Sandbox::with_rows(&rows);
    let piped = isolated(&[SCRAPER]).replace("path = \"rows.csv\"", "path = \"-\"");
    sandbox.write("rowsmith.toml", &piped);
    let server = FakeModel::start(Script::new()).unwrap();
    let (run, mut open) = sandbox.run_call(&server, &[]).start_with_open_input();
    open.write_all(rows.csv().as_bytes()).unwrap();
    assert!(server.wait_for_replies(1, WAIT), "rows arrive");
    // Its standard input is still open, so it waits for more rows.
    children::signal(children::one(&run, "scraper"), "KILL");
    let ended = run.end().exits(10);
    let mut golden = Golden::new("isolation_killed_scraper");
    golden.add("killed scraper (exit 10)", &ended.messages());
    golden.check();
    assert!(!sandbox.has("out.jsonl"), "a partial result has another name");
    let kept = sandbox.report()["rows"]["enriched"].as_u64().unwrap();
    assert!(kept >= 20, "{kept} rows");
    assert_eq!(rowsmith_test_harness::read_jsonl(&sandbox.path("out.partial.jsonl")).len() as u64, kept);
}

#[test]
fn no_process_outlives_a_killed_host() {
    let server = held();
    let (_sandbox, run) = two_calls_in_flight(&Rows::numbered(1..=60), &ALL, &server);
    let all = children::of(&run);
    // The scraper is notified of the end of the run, so its process waits for it.
    assert_eq!(
        all.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(),
        ["cache", "exporter", "provider", "scraper"]
    );
    run.signal("KILL");
    assert_eq!(run.end().code(), 137);
    for (_, id) in all {
        children::assert_ends(id);
    }
}

#[test]
fn interrupt_of_all_processes_stops_the_run_cleanly() {
    let rows = Rows::numbered(1..=60);
    let server = held();
    let (sandbox, mut run) = two_calls_in_flight(&rows, &ALL, &server);
    for (_, id) in children::of(&run) {
        children::signal(id, "INT");
    }
    run.signal("INT");
    run.wait_for("stopping");
    server.release();
    run.end().exits(130);
    assert_eq!(sandbox.report()["rows"]["enriched"], 40);
}

#[test]
fn new_process_survives_an_interrupt() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut command = Command::new(program());
    command.args(["__plugin", "cache", "memory"]).stdin(OwnedFd::from(theirs));
    let mut child = command.spawn().unwrap();
    drop(command);
    children::assert_catches_interrupts(child.id());
    children::signal(child.id(), "INT");
    // It still waits for its host, and ends without one.
    drop(ours);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn plugin_killed_during_its_creation_after_an_interrupt_is_an_interrupt() {
    let mut golden = Golden::new("isolation_interrupted_creation");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
        sandbox.write("rowsmith.toml", misbehaving(CACHE, "mode = \"block\"\nat = \"new\""));
        let server = FakeModel::start(Script::new()).unwrap();
        let mut run = sandbox.run_call(&server, &["-vv"]).real_time().start();
        run.wait_for("blocks in");
        run.signal(signal);
        run.wait_for("stopping");
        children::signal(children::one(&run, "cache"), "KILL");
        golden.add(&format!("{signal} (exit {code})"), &run.end().exits(code).messages());
    }
    golden.check();
}
