//! The scraper with a fake help desk.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on, scrape_rows};
use rowsmith_scraper_tickets::Tickets;

const QUEUE: &str = "https://desk.test/api/queues/second%20floor/tickets?per_page=2";

/// Three pages: two tickets, none, one.
fn desk(request: &HttpRequest) -> HttpResponse {
    let ticket = |id: u64| json!({"id": id, "subject": format!("S{id}"), "status": "open", "priority": 1});
    let body = match request.url.strip_prefix(QUEUE) {
        Some("") => json!({"tickets": [ticket(1), ticket(2)], "next": "a&b", "total": 3}),
        Some("&cursor=a%26b") => json!({"tickets": [], "next": "c"}),
        Some("&cursor=c") => json!({"tickets": [ticket(3)], "next": null}),
        _ if request.url == "https://desk.test/api/queues" => json!({"queues": [{"name": "second floor"}]}),
        _ => return HttpResponse::new(404, "no such page"),
    };
    HttpResponse::new(200, body.to_string())
}

fn config(change: &Value) -> Value {
    let mut config = json!({"base_url": "https://desk.test/api/", "queue": "second floor", "page_size": 2});
    for (key, value) in change.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    config
}

fn tickets(change: &Value, host: &FakeHost) -> Result<Tickets> {
    Tickets::new(serde_json::from_value(config(change))?, host.host())
}

fn ids(host: &FakeHost) -> Vec<u64> {
    host.rows().iter().filter_map(|row| row["id"].as_u64()).collect()
}

#[test]
fn all_pages_are_read_in_order() {
    let host = FakeHost::new(|request| Ok(desk(request)));
    let scraper = tickets(&json!({"token": "key-of-the-test"}), &host).unwrap();
    scrape_rows(&scraper, &host).unwrap();
    assert_eq!(ids(&host), [1, 2, 3]);
    assert_eq!(host.rows()[0], json!({"id": 1, "subject": "S1", "body": "", "status": "open"}));
    for request in host.requests() {
        assert_eq!((request.retries, request.redirects), (4, 0), "{}", request.url);
        assert_eq!(request.headers["authorization"], "Bearer key-of-the-test");
        assert!(!request.url.contains("key-of-the-test"), "{}", request.url);
    }
}

#[test]
fn no_further_page_is_requested_after_max_tickets() {
    for (max_tickets, requests, expected) in [(1, 1, vec![1]), (2, 1, vec![1, 2]), (3, 3, vec![1, 2, 3])] {
        let host = FakeHost::new(|request| Ok(desk(request)));
        let scraper = tickets(&json!({"max_tickets": max_tickets}), &host).unwrap();
        scrape_rows(&scraper, &host).unwrap();
        assert_eq!((ids(&host), host.requests().len()), (expected, requests), "{max_tickets}");
    }
}

#[test]
fn a_stopped_run_sends_no_request() {
    let host = FakeHost::new(|request| Ok(desk(request)));
    let scraper = tickets(&json!({}), &host).unwrap();
    host.cancel();
    assert_eq!(scrape_rows(&scraper, &host).unwrap_err().kind, ErrorKind::Cancelled);
    assert!(host.requests().is_empty());
}

#[test]
fn a_repeated_page_is_an_error() {
    let host = FakeHost::new(|_| Ok(HttpResponse::new(200, r#"{"tickets": [], "next": "again"}"#)));
    let scraper = tickets(&json!({}), &host).unwrap();
    let error = scrape_rows(&scraper, &host).unwrap_err();
    assert_eq!((error.kind, error.context("cursor")), (ErrorKind::InvalidData, Some("again")));
    assert_eq!(host.requests().len(), 2);
}

#[test]
fn failures_have_hints() {
    for (status, body, kind, hint) in [
        (401, "", ErrorKind::Auth, Some("set `token` to a reference to a token that may read tickets")),
        (404, "", ErrorKind::NotFound, Some("check `base_url` and `queue`; list the queues with `rowsmith list`")),
        (503, "", ErrorKind::Retryable, None),
        (200, "<html>", ErrorKind::InvalidData, None),
    ] {
        let host = FakeHost::new(move |_| Ok(HttpResponse::new(status, body)));
        let error = scrape_rows(&tickets(&json!({}), &host).unwrap(), &host).unwrap_err();
        assert_eq!((error.kind, error.hint.as_deref()), (kind, hint), "{error}");
    }
}

#[test]
fn config_errors_name_the_key() {
    for (change, key) in [
        (json!({"base_url": "desk.test"}), "base_url"),
        (json!({"queue": " "}), "queue"),
        (json!({"token": "two\nlines"}), "token"),
    ] {
        let error = tickets(&change, &FakeHost::default()).err().unwrap();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{error}");
    }
}

#[test]
fn list_returns_the_queues() {
    let host = FakeHost::new(|request| Ok(desk(request)));
    let listed = block_on(tickets(&json!({}), &host).unwrap().list()).unwrap();
    assert_eq!(listed, [Listing { name: "second floor".to_owned(), about: String::new() }]);
}
