//! Quotas and leases of one store.

use super::store::{StoreUnderTest, key};
use super::store_time::StoreTime;
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, fail, skip};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::cache::Key;
use rowsmith_plugin_api::lease::LeaseRequest;
use rowsmith_plugin_api::manifest::Capability;
use rowsmith_plugin_api::quota::{QuotaRequest, QuotaWindow};

/// Limit of the window of [`quota_request`].
pub(super) const QUOTA: u64 = 10;
/// Length of that window: less than the clocks of two hosts differ.
const WINDOW_MS: u64 = 10_000;
/// Duration of the leases, which is less than that difference as well.
const LEASE_MS: u64 = 10_000;
/// Length of windows and duration of leases that a check waits for.
const SHORT_MS: u64 = 400;

/// The problem of a store whose calls take longer than [`SHORT_MS`].
const TOO_SLOW: &str = "the calls are too slow: a window of 400 ms passes before the second call";

/// Skips the check unless the plugin declares `coordination`.
pub(super) fn require_coordination(plugin: &PluginUnderTest) -> CheckResult {
    if plugin.manifest.can(Capability::Coordination) { Ok(()) } else { skip("`coordination` is not declared") }
}

fn window(unit: &str, window_ms: u64, limit: u64, amount: u64) -> QuotaWindow {
    QuotaWindow { unit: unit.to_owned(), window_ms, limit, amount }
}

/// A request for room in one window.
pub(super) fn quota_request(now_ms: u64, amount: u64) -> QuotaRequest {
    let windows = vec![window("requests", WINDOW_MS, QUOTA, amount)];
    QuotaRequest { name: "conformance".to_owned(), now_ms, windows }
}

/// A request for leases.
pub(super) fn lease_request(owner: u64, now_ms: u64, keys: Vec<Key>) -> LeaseRequest {
    LeaseRequest { owner, now_ms, lease_ms: LEASE_MS, keys }
}

pub(super) fn quota(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let mut time = StoreTime::of(&store)?;
    let mut acquire = |name: &str, windows: &[QuotaWindow]| {
        let request = QuotaRequest { name: name.to_owned(), now_ms: time.request_ms(), windows: windows.to_vec() };
        expect_ok("acquiring quota", store.client.acquire_quota(&request))
    };
    let requests = |amount| window("requests", WINDOW_MS, QUOTA, amount);
    let tokens = |amount| window("tokens", WINDOW_MS, 5, amount);
    for _ in 0..QUOTA {
        let wait = acquire("one", &[requests(1)])?;
        ensure(wait == 0, || format!("the window has room, and the cache asks to wait {wait} ms"))?;
    }
    // Two requests, so that both hosts of a store with a clock of its own ask.
    for _ in 0..2 {
        let wait = acquire("one", &[requests(1)])?;
        ensure(wait > 0, || format!("a quota of {QUOTA} was granted {} times within its window", QUOTA + 1))?;
        ensure(wait <= WINDOW_MS + 1, || format!("a window of {WINDOW_MS} ms asks to wait {wait} ms"))?;
    }
    ensure(acquire("another", &[requests(1)])? == 0, || "a quota of another name is used up as well".to_owned())?;
    // One of two windows is full: the other must not be charged.
    let granted = acquire("one", &[requests(1), tokens(5)])? == 0;
    ensure(!granted, || "one of two windows is full, and room was granted".to_owned())?;
    ensure(acquire("one", &[tokens(5)])? == 0, || "a refused request has taken room".to_owned())?;
    ensure(acquire("one", &[tokens(0)])? == 0, || "an amount of 0 does not fit into a full window".to_owned())?;
    // Otherwise a call that is larger than the limit would wait forever.
    ensure(acquire("large", &[tokens(9)])? == 0, || {
        "an amount over the limit does not fit into an empty window".to_owned()
    })?;
    ensure(acquire("large", &[tokens(1)])? > 0, || "a window has room behind an amount over its limit".to_owned())
}

pub(super) fn quota_passes(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let acquire = |time: &mut StoreTime, name: &str, amount| {
        let windows = vec![window("requests", SHORT_MS, QUOTA, amount)];
        let request = QuotaRequest { name: name.to_owned(), now_ms: time.request_ms(), windows };
        expect_ok("acquiring quota", store.client.acquire_quota(&request))
    };
    let is_done = StoreTime::of(&store)?.in_time(|time, attempt| {
        let name = format!("attempt {attempt}");
        let before = time.now();
        ensure(acquire(time, &name, QUOTA)? == 0, || "an empty window has no room".to_owned())?;
        let (between, wait) = (time.now(), acquire(time, &name, 1)?);
        // A clock of the store may have begun its millisecond earlier.
        time.pass(between, wait + u64::from(time.is_own()));
        let after = if wait == 0 { 0 } else { acquire(time, &name, 1)? };
        ensure(after == 0, || format!("the requested wait has passed, and the cache asks to wait {after} ms more"))?;
        ensure(!time.is_within(before, SHORT_MS), || "a full window has room before it has passed".to_owned())?;
        // Without a wait, the window had passed before the second request.
        if wait == 0 {
            return Ok(false);
        }
        Ok(true)
    })?;
    if is_done { Ok(()) } else { fail(TOO_SLOW) }
}

pub(super) fn leases(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let mut time = StoreTime::of(&store)?;
    let mut expect = |what: &str, owner, numbers: &[u32], expected: &[bool]| {
        let keys = numbers.iter().map(|number| key(1, *number)).collect();
        let request = lease_request(owner, time.request_ms(), keys);
        let granted = expect_ok("leasing keys", store.client.lease_many(&request))?;
        ensure(granted == expected, || format!("{what}: granted {granted:?}, expected {expected:?}"))
    };
    expect("a first lease", 1, &[1, 2], &[true, true])?;
    expect("a lease of another owner", 2, &[1, 3], &[false, true])?;
    expect("the same lease once more", 2, &[1, 2], &[false, false])?;
    expect("a lease that its owner has", 1, &[1, 3], &[true, false])?;
    expect_ok("releasing leases", store.client.release_many(1, &[key(1, 1), key(1, 3), key(1, 9)]))?;
    expect("a lease after the owner released its own", 3, &[1, 2, 3], &[true, false, false])
}

pub(super) fn leases_pass(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let lease = |time: &mut StoreTime, owner, keys: &[Key]| {
        let request = LeaseRequest { lease_ms: SHORT_MS, ..lease_request(owner, time.request_ms(), keys.to_vec()) };
        expect_ok("leasing keys", store.client.lease_many(&request))
    };
    let is_done = StoreTime::of(&store)?.in_time(|time, attempt| {
        let (renewed, expired) = (key(attempt, 1), key(attempt, 2));
        lease(time, 1, &[renewed, expired])?;
        let leased = time.now();
        time.pass(leased, SHORT_MS / 2);
        let renewing = time.now();
        ensure(lease(time, 1, &[renewed])? == [true], || "a lease was not renewed for its owner".to_owned())?;
        time.pass(leased, SHORT_MS + 1);
        match lease(time, 2, &[renewed, expired])?[..] {
            [false, true] => Ok(true),
            [true, true] if !time.is_within(renewing, SHORT_MS) => Ok(false),
            [true, _] => fail("a renewed lease did not last"),
            _ => fail("a lease has expired and was not granted to another owner"),
        }
    })?;
    if is_done { Ok(()) } else { fail(TOO_SLOW) }
}
