//! Two processes on one folder: this test binary starts itself again as the other one.

use crate::{count, fact, fill, key, open_with, value};
use rowsmith_cache_lmdb::LmdbCache;
use rowsmith_plugin_api::prelude::{Cache, Key, LeaseRequest, json};
use rowsmith_plugin_testkit::block_on;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// The other process runs in a folder that holds this file; elsewhere its part does nothing.
const SIGN: &str = "other-process";

/// Claims for an hour of real time: the other process forgets what has expired when it opens the store.
fn claim(cache: &LmdbCache, owner: u64, keys: Vec<Key>) -> Vec<bool> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now_ms = u64::try_from(now.as_millis()).unwrap();
    block_on(cache.claim_many(LeaseRequest { owner, now_ms, lease_ms: 3_600_000, keys })).unwrap()
}

#[test]
#[ignore = "the part of the other process; started by the test below"]
fn the_other_process() {
    if Path::new(SIGN).exists() {
        let cache = open_with(Path::new("cache"), json!({"map_size_mb": 1})).unwrap();
        assert_eq!(count(&cache), 10);
        fill(&cache, 10..2_000, 3_000);
        assert_eq!(claim(&cache, 2, vec![key(1), key(2)]), [false, true]);
    }
}

#[test]
fn a_store_that_another_process_made_larger_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(SIGN), "").unwrap();
    let cache = open_with(&folder.path().join("cache"), json!({"map_size_mb": 1})).unwrap();
    fill(&cache, 0..10, 10);
    assert_eq!(claim(&cache, 1, vec![key(1)]), [true]);

    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "processes::the_other_process"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    assert_eq!(block_on(cache.get_many(&[key(1_999)])).unwrap(), [Some(value(1_999, 3_000))]);
    assert!(fact(&cache, "map_bytes") > 6 * 1024 * 1024);
    fill(&cache, 2_000..2_010, 3_000);
    assert_eq!(count(&cache), 2_010);
}
