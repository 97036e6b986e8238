//! Quotas and leases of one store.

use super::store::{StoreUnderTest, key};
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, skip};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::cache::Key;
use rowsmith_plugin_api::lease::LeaseRequest;
use rowsmith_plugin_api::quota::{QuotaRequest, QuotaWindow};
use std::time::{SystemTime, UNIX_EPOCH};

/// Limit of the window of [`quota_request`].
pub(super) const QUOTA: u64 = 10;
/// Length of that window.
const WINDOW_MS: u64 = 60_000;
/// Duration of the leases.
const LEASE_MS: u64 = 30_000;

/// Skips the check unless the plugin declares `coordination`.
pub(super) fn require_coordination(plugin: &PluginUnderTest) -> CheckResult {
    if plugin.manifest.can("coordination") { Ok(()) } else { skip("`coordination` is not declared") }
}

/// Returns the real time; a store may remove what has expired by its own clock.
pub(super) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// A request for room in one window.
pub(super) fn quota_request(now_ms: u64, amount: u64) -> QuotaRequest {
    let window = QuotaWindow { unit: "requests".to_owned(), window_ms: WINDOW_MS, limit: QUOTA, amount };
    QuotaRequest { name: "conformance".to_owned(), now_ms, windows: vec![window] }
}

/// A request for leases.
pub(super) fn lease_request(owner: u64, now_ms: u64, keys: Vec<Key>) -> LeaseRequest {
    LeaseRequest { owner, now_ms, lease_ms: LEASE_MS, keys }
}

pub(super) fn quota(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let acquire = |request: &QuotaRequest| expect_ok("acquiring quota", store.client.acquire_quota(request));
    let now = now_ms();
    for _ in 0..QUOTA {
        let wait = acquire(&quota_request(now, 1))?;
        ensure(wait == 0, || format!("the window has room, and the cache asks to wait {wait} ms"))?;
    }
    let wait = acquire(&quota_request(now + 1, 1))?;
    ensure(wait > 0, || format!("a quota of {QUOTA} was granted {} times within its window", QUOTA + 1))?;
    ensure(wait <= WINDOW_MS + 1, || format!("a window of {WINDOW_MS} ms asks to wait {wait} ms"))?;
    let other = QuotaRequest { name: "another".to_owned(), ..quota_request(now + 1, 1) };
    ensure(acquire(&other)? == 0, || "a quota of another name is used up as well".to_owned())?;
    // One of two windows is full: the other must not be charged.
    let mut both = quota_request(now + 1, 1);
    let tokens = |amount| QuotaWindow { unit: "tokens".to_owned(), window_ms: WINDOW_MS, limit: 5, amount };
    both.windows.push(tokens(5));
    ensure(acquire(&both)? > 0, || "one of two windows is full, and room was granted".to_owned())?;
    both.windows.remove(0);
    ensure(acquire(&both)? == 0, || "a refused request has taken room".to_owned())?;
    let wait = acquire(&quota_request(now + WINDOW_MS + 10, 1))?;
    ensure(wait == 0, || format!("the window has passed, and the cache asks to wait {wait} ms"))
}

pub(super) fn leases(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let now = now_ms();
    let lease = |owner, now, numbers: &[u32]| {
        let keys = numbers.iter().map(|number| key(1, *number)).collect();
        expect_ok("leasing keys", store.client.lease_many(&lease_request(owner, now, keys)))
    };
    let expect = |what: &str, granted: Vec<bool>, expected: &[bool]| {
        ensure(granted == expected, || format!("{what}: granted {granted:?}, expected {expected:?}"))
    };
    expect("a first lease", lease(1, now, &[1, 2])?, &[true, true])?;
    expect("a lease of another owner", lease(2, now + 1, &[1, 3])?, &[false, true])?;
    expect("a renewed lease", lease(1, now + LEASE_MS - 1, &[1])?, &[true])?;
    expect("a lease after one was renewed and one expired", lease(2, now + LEASE_MS + 1, &[1, 2])?, &[false, true])?;
    expect_ok("releasing leases", store.client.release_many(1, &[key(1, 1), key(1, 2), key(1, 9)]))?;
    let later = now + LEASE_MS + 2;
    expect("a lease after the owner released its own", lease(3, later, &[1, 2])?, &[true, false])
}
