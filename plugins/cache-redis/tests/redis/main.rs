//! Tests of the Redis cache on real servers.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "functions of a test may panic, and wait for a server"
)]

mod access;
mod conformance;
mod connections;
mod entries;
mod quota;
mod server;

use rowsmith_cache_redis::{Config, RedisCache};
use rowsmith_plugin_api::prelude::{Cache, Key, Result, Value, json, serde_json};
use rowsmith_plugin_testkit::{FakeHost, block_on};
use server::RedisServer;

fn open_with(server: &RedisServer, options: Value) -> Result<RedisCache> {
    let mut table = json!({"url": server.url()});
    if let (Some(table), Value::Object(options)) = (table.as_object_mut(), options) {
        table.extend(options);
    }
    let config: Config = serde_json::from_value(table).expect("a valid config");
    RedisCache::new(config, FakeHost::default().host())
}

fn open(server: &RedisServer) -> RedisCache {
    open_with(server, json!({})).expect("the store opens")
}

fn key(number: u32) -> Key {
    let mut key = [7; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

fn entries(numbers: std::ops::Range<u32>, length: usize) -> Vec<(Key, Vec<u8>)> {
    numbers.map(|number| (key(number), number.to_be_bytes().into_iter().cycle().take(length).collect())).collect()
}

fn get(cache: &RedisCache, number: u32) -> Result<Option<Vec<u8>>> {
    block_on(cache.get_many(&[key(number)])).map(|mut values| values.pop().flatten())
}

fn count(cache: &RedisCache) -> u64 {
    block_on(cache.stats()).expect("statistics").entries
}
