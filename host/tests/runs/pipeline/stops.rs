//! Signals, kills, and readers that close their pipe. Answers are kept.

use rowsmith_fake_model::{FakeModel, RequestRecord, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Running, Sandbox, numbers_of, read_jsonl};
use std::collections::BTreeSet;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);
const KILLS: usize = 5;
/// Enough rows for kills that each leave 60 rows in flight or stored.
const ROWS: usize = 60 * KILLS + 40;
const TWO_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=2"];
const FOUR_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=4"];

fn held() -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap()
}

/// Returns a server that answers the first `count` calls and holds all others.
fn answers_only(count: usize) -> FakeModel {
    let script = (0..count).fold(Script::new(), |script, nth| script.on(When::nth(nth), Then::answer()));
    FakeModel::start(script.on(When::any(), Then::answer().hold())).unwrap()
}

fn rows_answered(requests: &[RequestRecord]) -> BTreeSet<usize> {
    let sent: Vec<RequestRecord> = requests.iter().filter(|request| request.sent).cloned().collect();
    numbers_of(&sent).into_iter().collect()
}

#[test]
fn kills_lose_no_stored_answer() {
    let rows = Rows::numbered(1..=ROWS);
    let sandbox = Sandbox::with_rows(&rows);
    let mut stored = BTreeSet::new();
    // Each killed run leaves two calls with leases, and the next asks other rows.
    for kill in 1..=KILLS {
        let server = answers_only(1);
        let run = sandbox.start(&server, &TWO_AT_ONCE);
        // With two calls at once, the third starts after the first answer is stored.
        assert!(server.wait_for_requests(3, WAIT), "kill {kill}");
        run.signal("KILL");
        assert_eq!(run.end().code(), 137);
        let asked: BTreeSet<usize> = numbers_of(&server.requests()).into_iter().collect();
        assert!(asked.is_disjoint(&stored), "kill {kill}: {asked:?} were asked although {stored:?} are stored");
        stored.append(&mut rows_answered(&server.requests()));
        assert_eq!(stored.len(), 20 * kill);
        assert!(!sandbox.has("out.jsonl"), "kill {kill}: no partial file under the final name");
    }
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=ROWS).filter(|n| !stored.contains(n)).collect::<Vec<_>>());
    assert_eq!(sandbox.report()["rows"]["cached"], 20 * KILLS);
    sandbox.assert_output("after all kills", &rows, &[]);
}

/// Starts a run, waits for four calls in flight, and signals it.
#[track_caller]
fn stop(sandbox: &Sandbox, server: &FakeModel, signal: &str) -> Running {
    let mut run = sandbox.start(server, &FOUR_AT_ONCE);
    assert!(server.wait_for_requests(4, WAIT));
    run.signal(signal);
    run.wait_for("stopping");
    run
}

#[test]
fn stopped_run_keeps_the_answers_in_flight() {
    let mut golden = Golden::new("stopped_runs");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let rows = Rows::numbered(1..=150);
        let sandbox = Sandbox::with_rows(&rows);
        sandbox.write("out.jsonl", "old\n");
        let server = held();
        let run = stop(&sandbox, &server, signal);
        server.release();
        golden.add(signal, &run.end().exits(code).messages());
        assert_eq!(server.requests().len(), 4, "{signal}: no new calls");
        let report = sandbox.report();
        assert_eq!((&report["rows"]["enriched"], &report["rows"]["skipped"]), (&80.into(), &70.into()), "{signal}");
        assert_eq!(report["exit_code"], code);
        assert_eq!(sandbox.read("out.jsonl"), "old\n", "{signal}: the earlier output stays");
        assert_eq!(read_jsonl(&sandbox.path("out.partial.jsonl")).len(), 80, "{signal}");

        let server = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&server, &[]).exits(0);
        let answered: BTreeSet<usize> = (1..=80).collect();
        assert_eq!(numbers_of(&server.requests()), (1..=150).filter(|n| !answered.contains(n)).collect::<Vec<_>>());
        sandbox.assert_output(signal, &rows, &[]);
        assert!(!sandbox.has("out.partial.jsonl"));
    }
    golden.check();
}

#[test]
fn second_signal_ends_the_run_at_once() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=150));
        let server = held();
        let run = stop(&sandbox, &server, signal);
        run.signal(signal);
        run.end().exits(code);
        assert!(!sandbox.has("out.jsonl") && server.requests().len() == 4, "{signal}");
    }
}

#[test]
fn closed_pipe_ends_the_run_without_an_error() {
    let rows = Rows::numbered(1..=600);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let ended = sandbox.run_call(&server, &["-o", "-"]).start_unread().end().exits(0);
    assert_eq!(ended.stderr, "");
}
