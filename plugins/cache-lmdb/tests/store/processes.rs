//! Two processes with one folder. The test starts its own program as the other one.

use crate::{count, detail, fill, key, open_with, value};
use rowsmith_cache_lmdb::LmdbCache;
use rowsmith_plugin_api::prelude::{Cache, Key, LeaseRequest, json};
use rowsmith_plugin_testkit::block_on;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// File in the working folder of the other process. Without it, the test of that process does nothing.
const OTHER_PROCESS_FILE: &str = "other-process";

/// Leases keys for an hour of real time: the other process removes expired leases when it opens the store.
fn lease(cache: &LmdbCache, owner: u64, keys: Vec<Key>) -> Vec<bool> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now_ms = u64::try_from(now.as_millis()).unwrap();
    block_on(cache.lease_many(LeaseRequest { owner, now_ms, lease_ms: 3_600_000, keys })).unwrap()
}

#[test]
#[ignore = "the other process of the next test"]
fn the_other_process() {
    if Path::new(OTHER_PROCESS_FILE).exists() {
        let cache = open_with(Path::new("cache"), json!({"map_size_mb": 1})).unwrap();
        assert_eq!(count(&cache), 10);
        fill(&cache, 10..2_000, 3_000);
        assert_eq!(lease(&cache, 2, vec![key(1), key(2)]), [false, true]);
    }
}

#[test]
fn a_store_that_another_process_grows_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(OTHER_PROCESS_FILE), "").unwrap();
    let cache = open_with(&folder.path().join("cache"), json!({"map_size_mb": 1})).unwrap();
    fill(&cache, 0..10, 10);
    assert_eq!(lease(&cache, 1, vec![key(1)]), [true]);

    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "processes::the_other_process"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    assert_eq!(block_on(cache.get_many(&[key(1_999)])).unwrap(), [Some(value(1_999, 3_000))]);
    assert!(detail(&cache, "map_bytes") > 6 * 1024 * 1024);
    fill(&cache, 2_000..2_010, 3_000);
    assert_eq!(count(&cache), 2_010);
}
