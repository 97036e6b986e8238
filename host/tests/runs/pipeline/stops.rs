//! Ends that nobody planned: signals, kills, and readers that go away. What was answered is kept.

use rowsmith_fake_model::{FakeModel, RequestRecord, Script, Then, When};
use rowsmith_test_harness::{Rows, Running, Sandbox, numbers_of, read_jsonl};
use std::collections::BTreeSet;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);
const TWO_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=2"];
const FOUR_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=4"];

fn held() -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap()
}

/// A server that answers the first `count` calls and holds all others.
fn answers_only(count: usize) -> FakeModel {
    let script = (0..count).fold(Script::new(), |script, nth| script.on(When::nth(nth), Then::answer()));
    FakeModel::start(script.on(When::any(), Then::answer().hold())).unwrap()
}

fn rows_answered(requests: &[RequestRecord]) -> BTreeSet<usize> {
    let sent: Vec<RequestRecord> = requests.iter().filter(|request| request.sent).cloned().collect();
    numbers_of(&sent).into_iter().collect()
}

#[test]
fn ten_kills_lose_no_answer_that_was_stored() {
    let rows = Rows::numbered(1..=640);
    let sandbox = Sandbox::with_rows(&rows);
    let mut stored = BTreeSet::new();
    // Each run leaves the rows of two calls claimed, and the next asks for others: 10 × 60 rows, and some to spare.
    for kill in 1..=10 {
        let server = answers_only(1);
        let run = sandbox.start(&server, &TWO_AT_ONCE);
        // Two at once, so the third leaves when the first answer is stored.
        assert!(server.wait_for_requests(3, WAIT), "kill {kill}");
        run.signal("KILL");
        assert_eq!(run.end().code(), 137);
        let asked: BTreeSet<usize> = numbers_of(&server.requests()).into_iter().collect();
        assert!(asked.is_disjoint(&stored), "kill {kill}: {asked:?} were asked although {stored:?} are stored");
        stored.append(&mut rows_answered(&server.requests()));
        assert_eq!(stored.len(), 20 * kill);
        assert!(!sandbox.has("out.jsonl"), "kill {kill}: no half file under the final name");
    }
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=640).filter(|n| !stored.contains(n)).collect::<Vec<_>>());
    assert_eq!(sandbox.report()["rows"]["cached"], 200);
    sandbox.assert_output("after ten kills", &rows, &[]);
}

/// Starts a run of which four calls are under way, and asks it to stop.
#[track_caller]
fn stop(sandbox: &Sandbox, server: &FakeModel, signal: &str) -> Running {
    let mut run = sandbox.start(server, &FOUR_AT_ONCE);
    assert!(server.wait_for_requests(4, WAIT));
    run.signal(signal);
    run.wait_for("stopping: answers under way are waited for and kept");
    run
}

#[test]
fn answers_under_way_land_when_a_run_is_stopped() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let rows = Rows::numbered(1..=150);
        let sandbox = Sandbox::with_rows(&rows);
        sandbox.write("out.jsonl", "old\n");
        let server = held();
        let run = stop(&sandbox, &server, signal);
        server.release();
        let ended = run.end().exits(code);
        assert!(ended.stderr.contains("the same command goes on from here"), "{}", ended.stderr);
        assert_eq!(server.requests().len(), 4, "{signal}: no new calls");
        let report = sandbox.report();
        assert_eq!((&report["rows"]["enriched"], &report["rows"]["skipped"]), (&80.into(), &70.into()), "{signal}");
        assert_eq!(report["exit_code"], code);
        assert_eq!(sandbox.read("out.jsonl"), "old\n", "{signal}: the last result stays");
        assert_eq!(read_jsonl(&sandbox.path("out.partial.jsonl")).len(), 80, "{signal}");

        let server = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&server, &[]).exits(0);
        let answered: BTreeSet<usize> = (1..=80).collect();
        assert_eq!(numbers_of(&server.requests()), (1..=150).filter(|n| !answered.contains(n)).collect::<Vec<_>>());
        sandbox.assert_output(signal, &rows, &[]);
        assert!(!sandbox.has("out.partial.jsonl"));
    }
}

#[test]
fn a_second_signal_ends_at_once() {
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
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let rows = Rows::numbered(1..=600);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let ended = sandbox.run_call(&server, &["-o", "-"]).start_unread().end().exits(0);
    assert_eq!(ended.stderr, "");
}
