//! Waiting, holding, counting and stopping.

use crate::client::{Client, GEMINI, OPENAI, PATIENCE, ask, body, keyed};
use rowsmith_fake_model::{Act, FakeModel, Script, When};
use serde_json::Value;
use std::time::{Duration, Instant};

fn send(server: &FakeModel, topic: &str) -> Client {
    let mut client = Client::new(server);
    client.send("POST", GEMINI, "", &body(GEMINI, &keyed(&[topic]), None).to_string());
    client
}

#[test]
fn held_requests_land_when_the_test_says_so() {
    let server = FakeModel::start(Script::new().on(When::any(), Act::answer().hold())).unwrap();
    let mut first = send(&server, "a");
    assert!(server.wait_for_requests(1, PATIENCE));
    let mut second = send(&server, "b");
    assert!(server.wait_for_requests(2, PATIENCE));
    assert!(!server.wait_for_replies(1, Duration::from_millis(20)), "nothing lands by itself");
    server.release_request(1);
    assert_eq!(second.receive().unwrap().status, 200, "the later one first");
    assert!(server.requests()[0].status.is_none());
    server.release();
    assert_eq!(first.receive().unwrap().status, 200);
    let mut third = send(&server, "c");
    assert!(server.wait_for_requests(3, PATIENCE));
    assert!(!server.wait_for_replies(3, Duration::from_millis(20)), "a release does not reach into the future");
    server.release();
    assert_eq!(third.receive().unwrap().status, 200);
    assert!(server.wait_for_replies(3, PATIENCE));
    assert!(server.requests().iter().all(|record| record.sent));
    assert_eq!(server.max_in_flight(), 2);
}

#[test]
fn waiting_for_requests_gives_up_in_time() {
    let server = FakeModel::start(Script::new()).unwrap();
    assert!(!server.wait_for_requests(1, Duration::from_millis(5)));
    assert!(server.wait_for_requests(0, Duration::ZERO));
}

#[test]
fn delay_and_latency_add_up() {
    let script = Script::new()
        .with_latency(Duration::from_millis(15))
        .on(When::any(), Act::answer().delay(Duration::from_millis(15)));
    let server = FakeModel::start(script).unwrap();
    let start = Instant::now();
    ask(&server, OPENAI, &keyed(&["a"]));
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[test]
fn the_window_counts_completions_only() {
    let server = FakeModel::start(Script::new()).unwrap();
    let mut client = Client::new(&server);
    for topic in ["a", "b", "c"] {
        client.ask(OPENAI, &keyed(&[topic])).unwrap();
    }
    client.get("/v1/models", "");
    assert_eq!(server.max_in_window(Duration::from_secs(60)), 3);
    assert_eq!(server.max_in_window(Duration::from_nanos(1)), 1);
}

#[test]
fn dropping_the_server_ends_what_hangs() {
    let script = Script::new()
        .once(When::any(), Act::hang())
        .once(When::any(), Act::hang_after_headers())
        .once(When::any(), Act::answer().hold())
        .on(When::any(), Act::answer().delay(Duration::from_secs(3600)));
    let server = FakeModel::start(script).unwrap();
    let mut clients = Vec::new();
    for index in 0..4 {
        clients.push(send(&server, "a"));
        assert!(server.wait_for_requests(index + 1, PATIENCE));
    }
    clients.push(Client::new(&server)); // A connection that never asks.
    assert_eq!(clients[1].head().unwrap().0, 200, "the second one got its head");
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < PATIENCE);
    for (index, client) in clients.iter_mut().enumerate() {
        assert!(client.receive().is_err(), "{index}");
    }
}

#[test]
fn a_peer_that_does_not_read_does_not_stop_the_server() {
    let server = FakeModel::start(Script::new().on(When::any(), Act::huge_body(64))).unwrap();
    let client = send(&server, "a");
    assert!(server.wait_for_requests(1, PATIENCE));
    drop(server);
    drop(client);
}

#[test]
fn the_log_tells_requests_from_replies() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("log-{}.jsonl", std::process::id()));
    let script = Script::new().with_log(&path).once(When::any(), Act::cut_body());
    let server = FakeModel::start(script).unwrap();
    let mut client = Client::new(&server);
    client.send("POST", OPENAI, "authorization: Bearer secret\r\n", &body(OPENAI, &keyed(&["a"]), None).to_string());
    assert!(client.receive().is_err());
    ask(&server, OPENAI, &keyed(&["b"]));
    assert!(server.wait_for_replies(1, PATIENCE));
    drop(server);
    let log = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(!log.contains("secret"));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = lines.iter().map(|line| (line["event"].as_str().unwrap(), &line["index"])).collect();
    assert_eq!(events, [("request", &0.into()), ("request", &1.into()), ("reply", &Value::from(1))]);
    assert_eq!(lines[1]["rows"][0]["Topic"], "b");
}
