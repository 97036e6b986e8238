//! Tests of the LMDB cache on real folders.
#![expect(clippy::unwrap_used, reason = "functions of a test may panic as the test itself")]

mod conformance;
mod contention;
mod coordination;
mod damage;
mod entries;
mod growth;
mod model;
mod opening;
mod processes;

use rowsmith_cache_lmdb::{Config, LmdbCache};
use rowsmith_plugin_api::prelude::{Cache, Key, Result, Value, json, serde_json};
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::path::Path;

/// Returns the config of a folder with further options. Tests do not wait for the disk.
fn config(folder: &Path, options: Value) -> Config {
    let mut table = json!({"path": folder, "sync": false});
    if let (Some(table), Value::Object(options)) = (table.as_object_mut(), options) {
        table.extend(options);
    }
    serde_json::from_value(table).expect("a valid config")
}

fn open_with(folder: &Path, options: Value) -> Result<LmdbCache> {
    LmdbCache::new(config(folder, options), FakeHost::default().host())
}

fn open(folder: &Path) -> LmdbCache {
    open_with(folder, json!({})).expect("the store opens")
}

/// Returns keys that are distributed like hashes.
fn key(number: u32) -> Key {
    let mut key = [0; 32];
    let mut state = u64::from(number).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for chunk in key.chunks_mut(8) {
        state = (state ^ (state >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        chunk.copy_from_slice(&state.to_le_bytes());
    }
    key
}

fn value(number: u32, length: usize) -> Vec<u8> {
    number.to_le_bytes().into_iter().cycle().take(length).collect()
}

fn fill(cache: &LmdbCache, numbers: std::ops::Range<u32>, length: usize) {
    let entries = numbers.map(|number| (key(number), value(number, length))).collect();
    block_on(cache.put_many(entries)).expect("entries are stored");
}

fn count(cache: &LmdbCache) -> u64 {
    block_on(cache.stats()).expect("statistics").entries
}

fn detail(cache: &LmdbCache, name: &str) -> u64 {
    let stats = block_on(cache.stats()).expect("statistics");
    let (_, value) = stats.details.into_iter().find(|(detail, _)| detail == name).expect("a detail with this name");
    value.parse().expect("a number")
}
