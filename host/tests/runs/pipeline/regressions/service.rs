//! A row's failure is not the service's, and a cancelled call closes its connection.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, topic};
use serde_json::{Value, json};
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);
const ONE_TRY: [&str; 2] = ["--set", "providers.gemini.retry.max_attempts=1"];

/// Returns the failed rows and their reasons.
fn failed(sandbox: &Sandbox) -> Vec<Value> {
    let report = sandbox.report();
    let failures = report["failures"].as_array().unwrap();
    failures.iter().map(|failure| json!([failure["row"], failure["reason"]])).collect()
}

#[test]
fn row_that_breaks_the_service_fails_alone_before_any_answer() {
    let rows = Rows::numbered(1..=100);
    let sandbox = Sandbox::with_rows(&rows);
    let script = Script::new().on(When::row_contains(topic(7)), Then::status(500));
    let server = FakeModel::start(script.times(4, When::any(), Then::answer().hold())).unwrap();
    let many = ["-vv", "--set", "providers.gemini.limits.max_concurrency=16"];
    let mut run = sandbox.start(&server, &[&ONE_TRY[..], &many].concat());
    assert!(server.wait_for_requests(5, WAIT));
    run.wait_for("call failed");
    server.release();
    run.end().exits(5);
    assert_eq!(failed(&sandbox), [json!([7, "service"])]);
    sandbox.assert_output("all but one", &rows, &[7]);
}

#[test]
fn row_that_breaks_the_only_call_fails_alone() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new().on(When::row_contains(topic(7)), Then::status(500))).unwrap();
    sandbox.run(&server, &ONE_TRY).exits(5);
    assert_eq!(failed(&sandbox), [json!([7, "service"])]);
    sandbox.assert_output("all but one", &rows, &[7]);
}

#[test]
fn failing_service_ends_a_run_without_fallback() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=100));
    let server = FakeModel::start(Script::new().on(When::any(), Then::status(500))).unwrap();
    let one_at_a_time = ["--set", "batch.fallback=none", "--set", "providers.gemini.limits.max_concurrency=1"];
    sandbox.run(&server, &[&ONE_TRY[..], &one_at_a_time].concat()).exits(7);
    assert_eq!(server.requests().len(), 2, "the first call and one probe");
}

#[test]
fn rows_that_break_the_last_call_fail_alone() {
    let rows = Rows::numbered(1..=40);
    for pair in [[24, 25], [25, 35], [21, 40]] {
        let sandbox = Sandbox::with_rows(&rows);
        let poisoned = |number: usize| When::row_contains(topic(number));
        let script = Script::new().on(poisoned(pair[0]), Then::status(500)).on(poisoned(pair[1]), Then::status(500));
        let server = FakeModel::start(script).unwrap();
        let one_at_a_time = ["--set", "providers.gemini.limits.max_concurrency=1"];
        sandbox.run(&server, &[&ONE_TRY[..], &one_at_a_time].concat()).exits(5);
        let mut found = failed(&sandbox);
        found.sort_by_key(|failure| failure[0].as_u64());
        assert_eq!(found, pair.map(|row| json!([row, "service"])));
        sandbox.assert_output("all but two", &rows, &pair);
    }
}

/// Accepts `count` connections and answers none. Reports the peak of open connections, without short overlaps.
fn silent(count: usize, max: usize) -> (String, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    let open = Arc::new((Mutex::new(0_usize), Condvar::new()));
    thread::spawn(move || {
        let mut peak = 0;
        for stream in listener.incoming().take(count) {
            let (Ok(stream), (connections, closed)) = (stream, &*open) else { return };
            let mut now = connections.lock().unwrap();
            *now += 1;
            // The end of a connection may arrive slightly after the start of the next one.
            let over = closed.wait_timeout_while(now, Duration::from_millis(400), |now| *now > max).unwrap().0;
            peak = peak.max(*over);
            drop(over);
            let open = Arc::clone(&open);
            thread::spawn(move || read_to_the_end(stream, &open));
        }
        // A failed test does not receive the result.
        sender.send(peak).ok();
    });
    (address, receiver)
}

fn read_to_the_end(mut stream: TcpStream, (connections, closed): &(Mutex<usize>, Condvar)) {
    stream.set_read_timeout(Some(WAIT)).unwrap();
    let mut bytes = [0; 4_096];
    while stream.read(&mut bytes).is_ok_and(|read| read > 0) {}
    *connections.lock().unwrap() -= 1;
    closed.notify_all();
}

#[test]
fn timed_out_call_is_closed_before_the_next_one() {
    let unused = FakeModel::start(Script::new()).unwrap();
    let runs = ["providers.gemini.config.timeout_secs=5", "providers.gemini.timeout_secs=5"].map(|timeout| {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=40));
        let (address, peak) = silent(4, 2);
        let base_url = format!("providers.gemini.config.base_url={address}");
        let two = ["providers.gemini.limits.max_concurrency=2", "providers.gemini.retry.max_attempts=2"];
        let settings = [timeout, &base_url, two[0], two[1]];
        let arguments: Vec<&str> = settings.into_iter().flat_map(|setting| ["--set", setting]).collect();
        let run = sandbox.start(&unused, &arguments);
        (timeout, sandbox, run, peak)
    });
    for (timeout, _sandbox, run, peak) in runs {
        let ended = run.end();
        assert_eq!(ended.code(), 7, "{timeout}: {}", ended.stderr);
        assert_eq!(peak.recv_timeout(WAIT), Ok(2), "{timeout}: connections open at once");
    }
    assert!(unused.requests().is_empty());
}
