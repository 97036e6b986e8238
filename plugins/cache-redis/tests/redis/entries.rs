//! Entries, their prefix, and a server that is full or has lost keys.

use crate::server::RedisServer;
use crate::{count, entries, get, key, open, open_with};
use rowsmith_plugin_api::prelude::{Cache, Change, ErrorKind, json};
use rowsmith_plugin_testkit::block_on;
use std::time::Duration;

#[test]
fn prefixes_and_keys_of_other_programs_are_left_alone() {
    let Some(server) = RedisServer::start(&[]) else { return };
    for name in ["a", "a:index", "ab", "a:x", "other"] {
        assert_eq!(server.command(&format!("SET other:{name} 1")), "+OK");
    }
    assert_eq!(server.command("SET a:x 1"), "+OK");
    let caches = ["a", "ab", "a/b", "a-b"].map(|prefix| open_with(&server, json!({ "prefix": prefix })).unwrap());
    for (at, cache) in (1..).zip(&caches) {
        block_on(cache.put_many(entries(0..at * 10, 10))).unwrap();
    }
    assert_eq!(caches.each_ref().map(count), [10, 20, 30, 40]);
    assert_eq!(block_on(caches[0].scan(None, 100)).unwrap(), entries(0..10, 10));
    assert_eq!(block_on(caches[0].clear()).unwrap(), 10);
    assert_eq!(caches.each_ref().map(count), [0, 20, 30, 40]);
    caches[1..].iter().for_each(|cache| assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new()));
    for name in ["other:a", "other:a:index", "other:ab", "other:a:x", "other:other", "a:x"] {
        assert_eq!(server.command(&format!("GET {name}")), "1", "{name}");
    }
    let shared = open_with(&server, json!({"prefix": "ab"})).unwrap();
    assert_eq!(count(&shared), 20, "a second cache with the same prefix is the same store");
}

#[test]
fn a_key_of_another_program_in_the_place_of_the_index_is_refused() {
    let Some(server) = RedisServer::start(&[]) else { return };
    server.command("SET rowsmith:index 1");
    let error = open_with(&server, json!({})).unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("prefix")));
    assert!(error.message.contains("rowsmith:index"), "{error}");
}

#[test]
fn a_full_server_stores_all_entries_of_a_put_or_none() {
    let Some(server) = RedisServer::start(&["--maxmemory", "8mb", "--maxmemory-policy", "noeviction"]) else { return };
    let cache = open(&server);
    let mut stored = 0;
    let error = loop {
        match block_on(cache.put_many(entries(stored..stored + 20, 20_000))) {
            Ok(()) => stored += 20,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind, ErrorKind::NoSpace, "{error}");
    assert!(error.hint.unwrap().contains("maxmemory"));
    let error = block_on(cache.put_many_expiring(entries(stored..stored + 20, 20_000), Duration::from_secs(60)));
    assert_eq!(error.unwrap_err().kind, ErrorKind::NoSpace);
    assert!(stored > 0);
    assert_eq!(u32::try_from(count(&cache)), Ok(stored));
    let keys: Vec<_> = (0..stored + 20).map(key).collect();
    let found = block_on(cache.get_many(&keys)).unwrap();
    assert_eq!(found.iter().filter(|value| value.is_some()).count(), stored as usize);
    // Removing needs no room.
    assert_eq!(block_on(cache.delete_many(&keys)).unwrap(), u64::from(stored));
    block_on(cache.put_many(entries(0..20, 20_000))).unwrap();
}

#[test]
fn keys_of_expired_entries_leave_the_index() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = open(&server);
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(600));
    block_on(cache.put_many_expiring(entries(0..1_500, 8), short)).unwrap();
    block_on(cache.put_many_expiring(entries(1_490..1_500, 8), long)).unwrap();
    block_on(cache.put_many(entries(1_480..1_490, 8))).unwrap();
    block_on(cache.apply(vec![Change::Put(key(1_479), b"kept".to_vec()), Change::Delete(key(1_499))])).unwrap();
    std::thread::sleep(short + Duration::from_millis(20));
    assert_eq!(block_on(cache.scan(None, 2_000)).unwrap().len(), 20);
    assert_eq!(count(&cache), 20);
    assert_eq!(server.command("ZCARD rowsmith:index"), ":20");
    assert_eq!(server.command("ZCARD rowsmith:expiring"), ":9");
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
    assert_eq!(server.command("DBSIZE"), ":22", "20 answers and two sets");
}

#[test]
fn lost_keys_are_found_and_the_index_is_completed() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = open(&server);
    block_on(cache.put_many(entries(0..1_100, 8))).unwrap();
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
    server.command("EVAL \"return redis.call('DEL', unpack(redis.call('KEYS', 'rowsmith:a:*'), 1, 100))\" 0");
    assert_eq!(count(&cache), 1_100);
    let damage = block_on(cache.verify()).unwrap();
    assert!(damage.len() == 1 && damage[0].starts_with("100 entries"), "{damage:?}");
    assert_eq!(count(&cache), 1_000);
    server.command("DEL rowsmith:index");
    assert_eq!(count(&cache), 0);
    let damage = block_on(cache.verify()).unwrap();
    assert!(damage.len() == 1 && damage[0].starts_with("1000 answers"), "{damage:?}");
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
    assert_eq!(block_on(cache.scan(None, 2_000)).unwrap().len(), 1_000);
}

#[test]
fn a_scan_of_large_values_returns_fewer() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = open(&server);
    for number in 0..40 {
        block_on(cache.put_many(entries(number..number + 1, 1 << 20))).unwrap();
    }
    let (mut found, mut pages, mut after) = (0, 0, None);
    while let Some((last, _)) = block_on(cache.scan(after, 8)).unwrap().last().cloned() {
        (found, pages, after) = (found + 1, pages + 1, Some(last));
        assert!(pages < 100);
    }
    assert_eq!(pages, 5, "pages of 8 entries");
    assert!(found > 0 && get(&cache, 39).unwrap().is_some());
}
