//! Lost connections, a server that is unavailable, and many calls at once.

use crate::server::RedisServer;
use crate::{count, entries, get, key, open, open_with};
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, QuotaRequest, QuotaWindow, json};
use rowsmith_plugin_testkit::block_on;
use std::thread;

fn request() -> QuotaRequest {
    let window = QuotaWindow { unit: "requests".to_owned(), window_ms: 60_000, limit: 100, amount: 1 };
    QuotaRequest { name: "q".to_owned(), now_ms: 0, windows: vec![window] }
}

#[test]
fn killed_connections_are_replaced() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = open(&server);
    block_on(cache.put_many(entries(0..5, 8))).unwrap();
    // Several idle connections.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20).for_each(|_| drop(get(&cache, 1).unwrap())));
        }
    });
    server.command("CLIENT KILL TYPE normal");
    assert!(get(&cache, 3).unwrap().is_some());
    server.command("CLIENT KILL TYPE normal");
    block_on(cache.put_many(entries(5..10, 8))).unwrap();
    assert_eq!(count(&cache), 10);
    // A request that may have been charged is not repeated by the plugin.
    server.command("CLIENT KILL TYPE normal");
    assert_eq!(block_on(cache.acquire_quota(request())).unwrap_err().kind, ErrorKind::Retryable);
    assert_eq!(block_on(cache.acquire_quota(request())), Ok(0));
}

#[test]
fn a_server_that_is_away_is_a_temporary_error() {
    let Some(mut server) = RedisServer::start(&["--appendonly", "yes", "--appendfsync", "always"]) else { return };
    let cache = open(&server);
    block_on(cache.put_many(entries(0..5, 8))).unwrap();
    assert_eq!(block_on(cache.acquire_quota(request())), Ok(0));
    server.kill();
    for _ in 0..3 {
        let error = get(&cache, 1).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Retryable, "{error}");
        assert!(error.message.contains(&server.url()), "{error}");
    }
    assert_eq!(block_on(cache.put_many(entries(5..6, 8))).unwrap_err().kind, ErrorKind::Retryable);
    server.start_again();
    assert_eq!(count(&cache), 5);
    block_on(cache.put_many(entries(5..6, 8))).unwrap();
    // Scripts are loaded again.
    assert_eq!(block_on(cache.acquire_quota(request())), Ok(0));
    assert_eq!(server.command("LINDEX rowsmith:q:q:requests:60000 0"), "2", "the window is kept");
}

#[test]
fn a_silent_server_is_a_temporary_error() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = open_with(&server, json!({"command_timeout_secs": 1})).unwrap();
    server.command("CLIENT PAUSE 1500 ALL");
    let error = get(&cache, 1).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Retryable, "{error}");
    server.command("CLIENT UNPAUSE");
    // A late reply of the first command would be the reply of the next one.
    block_on(cache.put_many(entries(0..2, 8))).unwrap();
    assert_eq!(block_on(cache.get_many(&[key(1), key(7), key(0)])).unwrap().iter().flatten().count(), 2);
}

#[test]
fn many_calls_share_few_connections() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = open_with(&server, json!({"max_connections": 2})).unwrap();
    let cache = &cache;
    thread::scope(|scope| {
        for thread in 0..8_u32 {
            scope.spawn(move || {
                for at in 0..25 {
                    let number = thread * 25 + at;
                    block_on(cache.put_many(entries(number..number + 1, 100))).unwrap();
                    assert!(get(cache, number).unwrap().is_some());
                }
            });
        }
    });
    assert_eq!(count(cache), 200);
    let connected = block_on(cache.stats()).unwrap().details;
    let connected = connected.iter().find(|(name, _)| name == "clients").unwrap();
    assert!(["2", "3"].contains(&connected.1.as_str()), "{connected:?}");
}
