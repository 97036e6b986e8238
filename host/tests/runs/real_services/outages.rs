//! The run waits for the end of an outage: it costs its time, and neither the run nor a row.
//!
//! All waits take a twentieth of their time, and so do the outages.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Output, Rows, Sandbox};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const OPENAI: [&str; 2] = ["--provider", "openai"];
const SCALE: &str = "0.05";
/// 20 s.
const OUTAGE: Duration = Duration::from_secs(1);
const WITHOUT_HINT: &str =
    r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"#;

/// The failures of services that are overloaded, restarted, or behind a broken connection.
fn members() -> Vec<(&'static str, Then)> {
    let html = "<html><head><title>503 Service Temporarily Unavailable</title></head></html>";
    vec![
        ("429 without a hint", Then::raw_json(429, WITHOUT_HINT)),
        ("429 with an empty body", Then::raw(429, "text/plain", "")),
        ("503 with a web page", Then::raw(503, "text/html", html)),
        ("503 with `retry-after: 0`", Then::raw_json(503, "{}").header("retry-after", "0")),
        ("529", Then::raw_json(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)),
        ("502", Then::raw(502, "text/plain", "Bad Gateway")),
        ("500", Then::status(500)),
        ("a reset connection", Then::reset()),
        ("a page of a proxy", Then::html()),
    ]
}

#[track_caller]
fn assert_sat_out(name: &str, rows: usize, max_calls: usize, script: Script, arguments: &[&str]) -> Sandbox {
    let rows = Rows::numbered(1..=rows);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(script).unwrap();
    let call = sandbox.run_call(&server, &[&OPENAI[..], arguments].concat());
    let ended = call.time_scale(SCALE).start().end();
    assert_eq!(ended.code(), 0, "{name}: {}", ended.stderr);
    let calls = server.requests().len();
    assert!(calls <= max_calls, "{name}: {calls} calls");
    sandbox.assert_output(name, &rows, &[]);
    sandbox
}

#[test]
fn outage_at_the_start_costs_its_time() {
    for (name, then) in members().into_iter().step_by(2) {
        assert_sat_out(name, 2, 15, Script::new().on(When::within(OUTAGE), then), &[]);
    }
}

#[test]
fn outage_in_the_middle_is_one_event() {
    let mid = |then| {
        let first = Script::new().on(When::nth(0), Then::answer()).on(When::nth(1), Then::answer());
        first.on(When::within(OUTAGE), then)
    };
    for (name, then) in members() {
        assert_sat_out(name, 200, 50, mid(then), &[]);
    }
}

#[test]
fn outage_at_the_end_costs_no_row() {
    for (name, then) in members().into_iter().step_by(2) {
        let script = Script::new().on(When::nth(0), Then::answer()).on(When::within(OUTAGE), then);
        let one_at_a_time = ["--set", "providers.openai.limits.max_concurrency=1"];
        assert_sat_out(name, 21, 16, script, &one_at_a_time);
    }
}

#[test]
fn rate_limit_of_a_minute_is_sat_out_with_few_calls() {
    // 40 s, after 40 answers.
    let first = (0..2).fold(Script::new(), |script, nth| script.on(When::nth(nth), Then::answer()));
    let script = first.on(When::within(OUTAGE * 2), Then::raw_json(429, WITHOUT_HINT));
    let sandbox = assert_sat_out("a minute", 300, 50, script, &[]);
    assert_eq!(sandbox.report()["calls"]["batch"], 15);
}

/// Returns the end of a run against a service that fails for ever, with a hundredth of the time.
#[track_caller]
fn run_without_answers(name: &str, sandbox: &Sandbox, url: &str, arguments: &[&str]) -> Output {
    let all = ["run", "--progress", "none", "--report", "report.json"];
    let call = sandbox.bare(all.iter().chain(&OPENAI).chain(arguments)).test_plugins();
    let ended = call.time_scale("0.01").server(url).start().end();
    assert_eq!(ended.code(), 7, "{name}: {}", ended.stderr);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["failed"], &report["rows"]["enriched"]), (&0.into(), &0.into()), "{name}");
    ended
}

#[test]
fn outage_before_the_first_answer_ends_the_run_after_a_minute() {
    for (name, then) in members() {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
        let server = FakeModel::start(Script::new().on(When::any(), then)).unwrap();
        run_without_answers(name, &sandbox, &server.base_url(), &[]);
        let calls = server.requests();
        assert!(calls.len() <= 14, "{name}: {} calls", calls.len());
        let time = calls.last().unwrap().at.saturating_sub(calls[0].at);
        assert!(time >= Duration::from_millis(500), "{name}: a hundredth of a minute, not {time:?}");
    }
}

#[test]
fn configured_time_ends_an_outage_earlier() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let server = FakeModel::start(Script::new().on(When::any(), Then::status(503))).unwrap();
    let ended = run_without_answers(
        "5 s",
        &sandbox,
        &server.base_url(),
        &["--set", "providers.openai.retry.give_up_after_secs=5"],
    );
    assert!(server.requests().len() <= 9, "{}", ended.stderr);
}

#[test]
fn address_without_a_service_ends_the_run_after_a_minute() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [format!("http://{closed}"), "https://host.invalid".to_owned()] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
        run_without_answers(&url, &sandbox, &url, &[]);
        assert!(sandbox.report()["calls"]["total"].as_u64().unwrap() >= 3, "{url}");
    }
}

/// Forwards connections to a port that was closed before.
fn forward(listener: TcpListener, target: SocketAddr) {
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(client), Ok(server)) = (stream, TcpStream::connect(target)) else { return };
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut from, &mut to));
            thread::spawn(move || io::copy(&mut { server }, &mut { client }));
        }
    });
}

#[test]
fn service_that_starts_later_is_found() {
    let rows = Rows::numbered(1..=60);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base_url = format!("providers.openai.config.base_url=http://{address}/v1");
    let mut run = sandbox.start(&server, &[&OPENAI[..], &["-vv", "--set", &base_url]].concat());
    run.wait_for("call failed");
    forward(TcpListener::bind(address).unwrap(), server.address());
    run.end().exits(0);
    assert_eq!(server.requests().len(), 3);
    sandbox.assert_output("a late service", &rows, &[]);
}

#[test]
fn deadline_ends_an_outage() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let server = FakeModel::start(Script::new().on(When::any(), Then::status(503))).unwrap();
    let ended = sandbox.run(&server, &[&OPENAI[..], &["--set", "limits.deadline_secs=5"]].concat());
    assert_eq!(ended.code(), 6, "{}", ended.stderr);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["failed"], &report["skipped"]["stopped"]), (&0.into(), &60.into()));
}
