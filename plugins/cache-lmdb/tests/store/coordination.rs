//! Quota windows and claims, and that they outlive the process.

use crate::{count, fact, fill, key, open};
use rowsmith_cache_lmdb::LmdbCache;
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, Key, LeaseRequest, QuotaRequest, QuotaWindow};
use rowsmith_plugin_testkit::block_on;
use std::time::{SystemTime, UNIX_EPOCH};

fn window(unit: &str, window_ms: u64, limit: u64, amount: u64) -> QuotaWindow {
    QuotaWindow { unit: unit.to_owned(), window_ms, limit, amount }
}

fn acquire(cache: &LmdbCache, name: &str, now_ms: u64, windows: &[QuotaWindow]) -> u64 {
    block_on(cache.acquire(QuotaRequest { name: name.to_owned(), now_ms, windows: windows.to_vec() })).unwrap()
}

fn claim(cache: &LmdbCache, owner: u64, now_ms: u64, keys: &[Key]) -> Vec<bool> {
    block_on(cache.claim_many(LeaseRequest { owner, now_ms, lease_ms: 100, keys: keys.to_vec() })).unwrap()
}

#[test]
fn fifteen_requests_leave_at_once_and_the_sixteenth_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let minute = [window("requests", 60_000, 15, 1)];
    for request in 0..15 {
        assert_eq!(acquire(&cache, "gemini", 1_000_000 + request, &minute), 0);
    }
    drop(cache);
    let cache = open(folder.path());
    assert_eq!(acquire(&cache, "gemini", 1_000_100, &minute), 59_901, "the window outlives the process");
    assert_eq!(acquire(&cache, "openai", 1_000_100, &minute), 0, "another name has its own");
    assert_eq!(acquire(&cache, "gemini", 1_060_001, &minute), 0);
    assert_eq!(acquire(&cache, "gemini", 1_060_001, &minute), 1);
}

#[test]
fn all_windows_must_have_room_or_none_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let ask = |now_ms, tokens| {
        let windows =
            [window("requests", 100, 2, 1), window("requests", 10_000, 3, 1), window("tokens", 100, 10, tokens)];
        acquire(&cache, "q", now_ms, &windows)
    };
    assert_eq!(ask(1_000, 8), 0);
    assert_eq!(ask(1_001, 8), 100, "tokens are short");
    assert_eq!(ask(1_002, 2), 0, "the refused call took no request");
    assert_eq!(ask(1_003, 0), 98, "requests of the short window are used up");
    assert_eq!(ask(1_200, 1), 0);
    assert_eq!(ask(1_400, 1), 9_601, "and now those of the long one");
}

#[test]
fn a_name_that_cannot_be_stored_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let request = QuotaRequest { name: "x".repeat(600), now_ms: 1, windows: vec![window("requests", 1, 1, 1)] };
    assert_eq!(block_on(cache.acquire(request)).unwrap_err().kind, ErrorKind::InvalidData);
}

#[test]
fn claims_hold_until_released_or_expired() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    assert_eq!(claim(&cache, 1, 1_000, &[key(1), key(2), key(1)]), [true, true, true]);
    assert_eq!(claim(&cache, 2, 1_050, &[key(1), key(3)]), [false, true]);
    assert_eq!(claim(&cache, 1, 1_090, &[key(1)]), [true], "renewed");
    assert_eq!(claim(&cache, 2, 1_120, &[key(1), key(2)]), [false, true], "one was renewed, one has expired");
    block_on(cache.release_many(1, &[key(1), key(2), key(77)])).unwrap();
    assert_eq!(claim(&cache, 3, 1_121, &[key(1), key(2)]), [true, false], "only the owner's were released");
}

#[test]
fn clearing_answers_leaves_quota_and_claims_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    fill(&cache, 0..5, 10);
    let one = [window("requests", 1_000, 1, 1)];
    assert_eq!(acquire(&cache, "q", 50, &one), 0);
    assert_eq!(claim(&cache, 1, 50, &[key(1)]), [true]);
    assert_eq!(block_on(cache.clear()).unwrap(), 5);
    assert_eq!(count(&cache), 0);
    assert_ne!(acquire(&cache, "q", 51, &one), 0);
    assert_eq!(claim(&cache, 2, 51, &[key(1)]), [false]);
}

#[test]
fn expired_claims_are_forgotten_when_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    let now_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    claim(&cache, 1, 1_000, &[key(1), key(2)]);
    let long = LeaseRequest { owner: 1, now_ms, lease_ms: 3_600_000, keys: vec![key(3)] };
    block_on(cache.claim_many(long)).unwrap();
    assert_eq!(fact(&cache, "leases"), 3);
    drop(cache);
    let cache = open(folder.path());
    assert_eq!(fact(&cache, "leases"), 1);
    assert_eq!(claim(&cache, 2, now_ms, &[key(3), key(1)]), [false, true]);
}
