//! Waits, holds, counters and the end of the server.

use crate::client::{Client, GEMINI, OPENAI, TIMEOUT, ask, body, keyed};
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use std::time::{Duration, Instant};

fn send(server: &FakeModel, topic: &str) -> Client {
    let mut client = Client::new(server);
    client.send("POST", GEMINI, "", &body(GEMINI, &keyed(&[topic]), None).to_string());
    client
}

#[test]
fn held_requests_wait_for_release() {
    let server = FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap();
    let mut first = send(&server, "a");
    assert!(server.wait_for_requests(1, TIMEOUT));
    let mut second = send(&server, "b");
    assert!(server.wait_for_requests(2, TIMEOUT));
    assert!(!server.wait_for_replies(1, Duration::from_millis(20)), "held requests get no reply");
    server.release_request(1);
    assert_eq!(second.receive().unwrap().status, 200, "second request first");
    assert!(server.requests()[0].status.is_none());
    server.release();
    assert_eq!(first.receive().unwrap().status, 200);
    let mut third = send(&server, "c");
    assert!(server.wait_for_requests(3, TIMEOUT));
    assert!(!server.wait_for_replies(3, Duration::from_millis(20)), "a release does not apply to later requests");
    server.release();
    assert_eq!(third.receive().unwrap().status, 200);
    assert!(server.wait_for_replies(3, TIMEOUT));
    assert!(server.requests().iter().all(|record| record.sent));
    assert_eq!(server.max_in_flight(), 2);
}

#[test]
fn waits_for_requests_time_out() {
    let server = FakeModel::start(Script::new()).unwrap();
    assert!(!server.wait_for_requests(1, Duration::from_millis(5)));
    assert!(server.wait_for_requests(0, Duration::ZERO));
}

#[test]
fn delay_and_latency_add_up() {
    let script = Script::new()
        .with_latency(Duration::from_millis(15))
        .on(When::any(), Then::answer().delay(Duration::from_millis(15)));
    let server = FakeModel::start(script).unwrap();
    let start = Instant::now();
    ask(&server, OPENAI, &keyed(&["a"]));
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[test]
fn window_counts_completions_only() {
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
fn dropping_the_server_ends_hung_requests() {
    let script = Script::new()
        .once(When::any(), Then::hang())
        .once(When::any(), Then::hang_after_headers())
        .once(When::any(), Then::answer().hold())
        .on(When::any(), Then::answer().delay(Duration::from_secs(3600)));
    let server = FakeModel::start(script).unwrap();
    let mut clients = Vec::new();
    for index in 0..4 {
        clients.push(send(&server, "a"));
        assert!(server.wait_for_requests(index + 1, TIMEOUT));
    }
    clients.push(Client::new(&server)); // A connection without a request.
    assert_eq!(clients[1].head().unwrap().0, 200, "head of the second reply");
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < TIMEOUT);
    for (index, client) in clients.iter_mut().enumerate() {
        assert!(client.receive().is_err(), "{index}");
    }
}

#[test]
fn server_stops_although_a_peer_does_not_read() {
    let server = FakeModel::start(Script::new().on(When::any(), Then::huge_body(64))).unwrap();
    let client = send(&server, "a");
    assert!(server.wait_for_requests(1, TIMEOUT));
    drop(server);
    drop(client);
}
