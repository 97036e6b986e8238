//! Passwords, permissions and servers that cannot be used.

use crate::server::RedisServer;
use crate::{count, entries, open_with};
use rowsmith_cache_redis::RedisCache;
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, LeaseRequest, QuotaRequest, json, serde_json};
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::io::{Read, Write};
use std::net::TcpListener;

/// The permissions that docs/cache.md lists.
const PERMISSIONS: &str = "~rowsmith:* -@all +mget +set +unlink +zadd +zrem +zrange +zcard +zmscore +time +exists +type +scan \
                           +multi +exec +evalsha +script|load +get +del +lindex +llen +lrange +lpush +ltrim +rpush +rpop +lset +pexpire \
                           +info +select";

#[test]
fn passwords_are_config_errors_that_do_not_show_them() {
    let Some(server) = RedisServer::start(&["--requirepass", "correct-horse"]) else { return };
    for (options, setting) in [
        (json!({}), "url"),
        (json!({"password": "wrong-horse"}), "password"),
        (json!({"username": "nobody", "password": "correct-horse"}), "password"),
    ] {
        let error = open_with(&server, options.clone()).unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(setting)), "{error}");
        assert!(!format!("{error:?}").contains("horse"), "{error:?}");
    }
    let cache = open_with(&server, json!({"password": "correct-horse"})).unwrap();
    block_on(cache.put_many(entries(0..3, 8))).unwrap();
    assert_eq!(count(&cache), 3);
    assert!(!format!("{cache:?}").contains("horse"));
}

#[test]
fn a_password_that_the_server_does_not_have_is_a_config_error() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let error = open_with(&server, json!({"password": "any"})).unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("password")), "{error}");
}

#[test]
fn the_documented_permissions_are_enough() {
    let documented = std::fs::read_to_string("../../docs/cache.md").unwrap();
    let permissions = PERMISSIONS.split_whitespace().collect::<Vec<_>>().join(" ");
    let joined = documented.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(&permissions), "docs/cache.md does not list: {permissions}");

    let Some(server) = RedisServer::start(&[]) else { return };
    assert_eq!(server.command(&format!("ACL SETUSER smith on >secret-words {permissions}")), "+OK");
    let options = json!({"username": "smith", "password": "secret-words"});
    let cache = open_with(&server, options).unwrap();
    block_on(async {
        cache.put_many(entries(0..5, 8)).await.unwrap();
        cache.put_many_expiring(entries(5..7, 8), std::time::Duration::from_secs(60)).await.unwrap();
        cache.apply(Vec::new()).await.unwrap();
        assert_eq!(cache.stats().await.unwrap().entries, 7);
        assert_eq!(cache.scan(None, 10).await.unwrap().len(), 7);
        assert_eq!(cache.verify().await.unwrap(), Vec::<String>::new());
        let keys = vec![crate::key(1)];
        let lease = LeaseRequest { owner: 1, now_ms: 0, lease_ms: 1_000, keys: keys.clone() };
        assert_eq!(cache.lease_many(lease).await.unwrap(), [true]);
        cache.release_many(1, &keys).await.unwrap();
        let window = |amount| rowsmith_plugin_api::prelude::QuotaWindow {
            unit: "requests".to_owned(),
            window_ms: 60_000,
            limit: 5,
            amount,
        };
        for (amount, fits) in [(3, true), (2, true), (1, false)] {
            let request = QuotaRequest { name: "q".to_owned(), now_ms: 0, windows: vec![window(amount)] };
            assert_eq!(cache.acquire_quota(request).await.unwrap() == 0, fits);
        }
        assert_eq!(cache.clear().await.unwrap(), 7);
    });
    let other = json!({"username": "smith", "password": "secret-words", "prefix": "another"});
    let error = open_with(&server, other).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config, "{error}");
    server.command("ACL SETUSER smith -mget");
    let error = block_on(cache.get_many(&[crate::key(1)])).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Auth, "{error}");
    assert!(error.message.contains("mget"), "{error}");
}

/// Answers every read with the same bytes. Returns its address.
fn reply_always(reply: &str) -> String {
    let reply = reply.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 1024];
            while stream.read(&mut bytes).is_ok_and(|read| read > 0) && stream.write_all(reply.as_bytes()).is_ok() {}
        }
    });
    url
}

#[test]
fn servers_that_cannot_be_used_are_named() {
    let open = |url: &str| {
        let config = serde_json::from_value(json!({"url": url, "connect_timeout_secs": 1})).unwrap();
        RedisCache::new(config, FakeHost::default().host())
    };
    let info = |lines: &str| format!("${}\r\n{lines}\r\n", lines.len());
    for (reply, kind, text) in [
        (&*info("redis_version:6.2.14\r\nrole:master\r\n"), ErrorKind::Config, "6.2.14"),
        (&*info("redis_version:7.2.4\r\nrole:slave\r\n"), ErrorKind::Config, "replica"),
        (&*info("redis_version:7.2.4\r\ncluster_enabled:1\r\n"), ErrorKind::Config, "cluster"),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", ErrorKind::InvalidData, "unknown reply"),
        ("-LOADING Redis is loading the dataset in memory\r\n", ErrorKind::Busy, "loading"),
        ("-ERR max number of clients reached\r\n", ErrorKind::Busy, "max number of clients"),
    ] {
        let error = open(&reply_always(reply)).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(text), "{error}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(open(&format!("redis://{closed}")).unwrap_err().kind, ErrorKind::Retryable);
}
