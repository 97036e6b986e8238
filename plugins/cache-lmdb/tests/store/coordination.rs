//! Quota windows and leases, which outlive the process.

use crate::{count, detail, fill, key, open};
use heed::types::Bytes;
use rowsmith_cache_lmdb::LmdbCache;
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, Key, LeaseRequest, QuotaRequest, QuotaWindow};
use rowsmith_plugin_testkit::block_on;
use std::time::{SystemTime, UNIX_EPOCH};

fn window(unit: &str, window_ms: u64, limit: u64, amount: u64) -> QuotaWindow {
    QuotaWindow { unit: unit.to_owned(), window_ms, limit, amount }
}

fn acquire(cache: &LmdbCache, name: &str, now_ms: u64, windows: &[QuotaWindow]) -> u64 {
    block_on(cache.acquire_quota(QuotaRequest { name: name.to_owned(), now_ms, windows: windows.to_vec() })).unwrap()
}

fn lease(cache: &LmdbCache, owner: u64, now_ms: u64, keys: &[Key]) -> Vec<bool> {
    block_on(cache.lease_many(LeaseRequest { owner, now_ms, lease_ms: 100, keys: keys.to_vec() })).unwrap()
}

#[test]
fn the_sixteenth_request_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let minute = [window("requests", 60_000, 15, 1)];
    for request in 0..15 {
        assert_eq!(acquire(&cache, "gemini", 1_000_000 + request, &minute), 0);
    }
    drop(cache);
    let cache = open(folder.path());
    assert_eq!(acquire(&cache, "gemini", 1_000_100, &minute), 59_901, "the window outlives the process");
    assert_eq!(acquire(&cache, "openai", 1_000_100, &minute), 0, "another name has its own window");
    assert_eq!(acquire(&cache, "gemini", 1_060_001, &minute), 0);
    assert_eq!(acquire(&cache, "gemini", 1_060_001, &minute), 1);
}

#[test]
fn a_request_takes_room_in_all_windows_or_in_none() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let ask = |now_ms, tokens| {
        let windows =
            [window("requests", 100, 2, 1), window("requests", 10_000, 3, 1), window("tokens", 100, 10, tokens)];
        acquire(&cache, "q", now_ms, &windows)
    };
    assert_eq!(ask(1_000, 8), 0);
    assert_eq!(ask(1_001, 8), 100, "no room for the tokens");
    assert_eq!(ask(1_002, 2), 0, "the refused request took no room");
    assert_eq!(ask(1_003, 0), 98, "the short window is full");
    assert_eq!(ask(1_200, 1), 0);
    assert_eq!(ask(1_400, 1), 9_601, "the long window is full");
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let request = QuotaRequest { name: "x".repeat(600), now_ms: 1, windows: vec![window("requests", 1, 1, 1)] };
    assert_eq!(block_on(cache.acquire_quota(request)).unwrap_err().kind, ErrorKind::InvalidData);
}

#[test]
fn leases_last_until_released_or_expired() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    assert_eq!(lease(&cache, 1, 1_000, &[key(1), key(2), key(1)]), [true, true, true]);
    assert_eq!(lease(&cache, 2, 1_050, &[key(1), key(3)]), [false, true]);
    assert_eq!(lease(&cache, 1, 1_090, &[key(1)]), [true], "renewed");
    assert_eq!(lease(&cache, 2, 1_120, &[key(1), key(2)]), [false, true], "one was renewed, the other has expired");
    block_on(cache.release_many(1, &[key(1), key(2), key(77)])).unwrap();
    assert_eq!(lease(&cache, 3, 1_121, &[key(1), key(2)]), [true, false], "only the owner's were released");
}

#[test]
fn clearing_keeps_quota_and_leases() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    fill(&cache, 0..5, 10);
    let one = [window("requests", 1_000, 1, 1)];
    assert_eq!(acquire(&cache, "q", 50, &one), 0);
    assert_eq!(lease(&cache, 1, 50, &[key(1)]), [true]);
    assert_eq!(block_on(cache.clear()).unwrap(), 5);
    assert_eq!(count(&cache), 0);
    assert_ne!(acquire(&cache, "q", 51, &one), 0);
    assert_eq!(lease(&cache, 2, 51, &[key(1)]), [false]);
}

#[test]
fn expired_leases_are_removed_when_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let now_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    lease(&cache, 1, 1_000, &[key(1), key(2)]);
    let long = LeaseRequest { owner: 1, now_ms, lease_ms: 3_600_000, keys: vec![key(3)] };
    block_on(cache.lease_many(long)).unwrap();
    assert_eq!(detail(&cache, "leases"), 3);
    drop(cache);
    let cache = open(folder.path());
    assert_eq!(detail(&cache, "leases"), 1);
    assert_eq!(lease(&cache, 2, now_ms, &[key(3), key(1)]), [false, true]);
}

/// Changes the record of the boot as if the clock of the machine had been changed by this time since it was written.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "mapping a store is unsafe; the test owns the folder")]
fn change_clock(folder: &std::path::Path, change_ms: i64) {
    // SAFETY: no other program changes the files of this folder.
    let env = unsafe { heed::EnvOpenOptions::new().max_dbs(16).open(folder) }.unwrap();
    let opened = env.open_databases_and_commit(env.read_txn().unwrap(), |opener, txn| {
        let quota = opener.open_database::<Bytes, Bytes>(txn, Some("quota-v1"))?;
        heed::Result::Ok(heed::CommitOrAbort::<_, ()>::Commit(quota))
    });
    let quota = opened.unwrap().commit().flatten().unwrap();
    let mut txn = env.write_txn().unwrap();
    let mut record = quota.get(&txn, b"\0boot").unwrap().unwrap().to_vec();
    let booted_at = i64::from_le_bytes(*record.first_chunk().unwrap()) - change_ms;
    record[..8].copy_from_slice(&booted_at.to_le_bytes());
    quota.put(&mut txn, b"\0boot", &record).unwrap();
    txn.commit().unwrap();
    env.prepare_for_closing().wait();
}

#[test]
#[cfg(target_os = "linux")]
fn a_clock_that_is_set_between_runs_neither_frees_nor_blocks() {
    const HOUR_MS: i64 = 3_600_000;
    for change_ms in [-HOUR_MS, HOUR_MS, -24 * 365 * HOUR_MS, 10 * 24 * 365 * HOUR_MS] {
        let folder = tempfile::tempdir().unwrap();
        // The clock shows the real time after its change.
        let real_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let start = u64::try_from(real_ms).unwrap().checked_add_signed(-change_ms).unwrap();
        let lease = |cache: &LmdbCache, owner, now_ms| {
            let request = LeaseRequest { owner, now_ms, lease_ms: 60_000, keys: vec![key(1)] };
            block_on(cache.lease_many(request)).unwrap()
        };
        let day = [window("requests", 86_400_000, 2, 1)];
        let cache = open(folder.path());
        assert_eq!([0, 1].map(|at| acquire(&cache, "q", start + at, &day)), [0, 0]);
        assert_eq!(lease(&cache, 1, start), [true]);
        assert_eq!(detail(&cache, "quota_windows"), 1);
        drop(cache);
        change_clock(folder.path(), change_ms);
        let cache = open(folder.path());
        let now = |passed: u64| (start + passed).checked_add_signed(change_ms).unwrap();
        assert_eq!(lease(&cache, 2, now(50_000)), [false], "{change_ms}: the lease lasts");
        assert_eq!(lease(&cache, 2, now(60_010)), [true], "{change_ms}: and ends");
        // Reading two clocks rounds the change to milliseconds.
        let wait = acquire(&cache, "q", now(60_000), &day);
        assert!(wait.abs_diff(86_400_001 - 60_000) <= 3, "{change_ms}: the window is full for {wait} ms");
        assert_eq!(acquire(&cache, "q", now(86_400_010), &day), 0, "{change_ms}: and has room a day later");
    }
}
