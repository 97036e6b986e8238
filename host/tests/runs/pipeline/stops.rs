//! Signals, kills, and readers that close their pipe. Answers are kept.

use rowsmith_fake_model::{FakeModel, RequestRecord, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Running, Sandbox, numbers_of, read_jsonl, topic};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

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

/// Waits until a file whose name contains `text` exists in the sandbox.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the program writes the file at a time of its own")]
fn wait_for_file(sandbox: &Sandbox, text: &str) {
    let start = Instant::now();
    while !sandbox.names("").iter().any(|name| name.contains(text)) {
        assert!(start.elapsed() < WAIT, "{:?}", sandbox.names(""));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn second_signal_leaves_no_temporary_file() {
    for (signal, code, set) in [
        ("INT", 130, "run.status_column=Status"),
        ("TERM", 143, "run.status_column=Status"),
        ("INT", 130, "exporters.0.isolation=process"),
    ] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=150));
        std::fs::create_dir(sandbox.path("tmp")).unwrap();
        let refused = Script::new().on(When::row_contains(topic(3)), Then::blocked_prompt());
        let answered = refused.on(When::unless(When::row_contains(topic(150))), Then::answer());
        let server = FakeModel::start(answered.on(When::any(), Then::answer().hold())).unwrap();
        let call = sandbox.run_call(&server, &[&FOUR_AT_ONCE[..], &["--set", set]].concat());
        let mut run = call.env("TMPDIR", sandbox.path("tmp")).start();
        wait_for_file(&sandbox, ".out.jsonl.rowsmith-");
        wait_for_file(&sandbox, "failures.jsonl.");
        run.signal(signal);
        run.wait_for("stopping");
        run.signal(signal);
        run.end().exits(code);
        assert_eq!(sandbox.names(""), ["cache", "rows.csv", "rowsmith.toml", "tmp"], "{signal}, {set}");
        assert_eq!(sandbox.names("tmp"), [""; 0], "{signal}, {set}");
        assert_eq!(sandbox.names("cache"), ["data.mdb", "lock.mdb", "rowsmith-cache"], "{signal}, {set}");
    }
}

#[test]
fn calls_in_flight_are_cancelled_after_the_grace() {
    for (grace, at_least, at_most) in [("30", 3, 25), ("0", 0, 2)] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=150));
        let server = held();
        let setting = format!("run.stop_grace_secs={grace}");
        let mut run = sandbox.start(&server, &[&FOUR_AT_ONCE[..], &["--set", &setting]].concat());
        assert!(server.wait_for_requests(4, WAIT));
        let start = Instant::now();
        run.signal("INT");
        run.wait_for("stopping");
        run.end().exits(130);
        let time = start.elapsed().as_secs();
        assert!((at_least..=at_most).contains(&time), "a tenth of {grace} s, not {time} s");
        assert_eq!((server.requests().len(), &sandbox.report()["skipped"]["stopped"]), (4, &150.into()));
    }
}

#[test]
fn calls_that_wait_for_the_service_are_dropped_at_once() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=150));
    let server = FakeModel::start(Script::new().on(When::any(), Then::rate_limited("100"))).unwrap();
    let mut run = sandbox.start(&server, &FOUR_AT_ONCE);
    run.wait_for("paused");
    let start = Instant::now();
    run.signal("INT");
    run.end().exits(130);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(sandbox.report()["skipped"]["stopped"], 150);
}

#[test]
fn closed_pipe_ends_the_run_without_an_error() {
    let rows = Rows::numbered(1..=600);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let ended = sandbox.run_call(&server, &["-o", "-"]).start_unread().end().exits(0);
    assert_eq!(ended.stderr, "");
}
