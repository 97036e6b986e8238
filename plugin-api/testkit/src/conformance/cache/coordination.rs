//! Quotas and claims of one store.

use super::store::{Store, key};
use crate::conformance::finding::{Judged, answer, ensure, skipped};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::cache::{ClaimRequest, Key, QuotaRequest, QuotaWindow};
use std::time::{SystemTime, UNIX_EPOCH};

/// The limit of the window of [`quota_request`].
pub(super) const QUOTA: u64 = 10;
/// Its length.
const WINDOW_MS: u64 = 60_000;
/// How long claims hold.
const LEASE_MS: u64 = 30_000;

/// The time; a store may forget what has run out by its own clock.
pub(super) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// Asks for room in one window.
pub(super) fn quota_request(now_ms: u64, amount: u64) -> QuotaRequest {
    let window = QuotaWindow { unit: "requests".to_owned(), window_ms: WINDOW_MS, limit: QUOTA, amount };
    QuotaRequest { name: "conformance".to_owned(), now_ms, windows: vec![window] }
}

/// Asks for keys.
pub(super) fn claim_request(owner: u64, now_ms: u64, keys: Vec<Key>) -> ClaimRequest {
    ClaimRequest { owner, now_ms, lease_ms: LEASE_MS, keys }
}

pub(super) fn quota(subject: &Subject) -> Judged {
    if !subject.manifest.can("coordination") {
        return skipped("`coordination` is not declared");
    }
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let take = |request: &QuotaRequest| answer("taking room in a quota", store.client.acquire(request));
    let now = now_ms();
    for _ in 0..QUOTA {
        let wait = take(&quota_request(now, 1))?;
        ensure(wait == 0, || format!("there was room in the quota, and it says to wait {wait} ms"))?;
    }
    let wait = take(&quota_request(now + 1, 1))?;
    ensure(wait > 0, || format!("a quota of {QUOTA} was granted {} times within its window", QUOTA + 1))?;
    ensure(wait <= WINDOW_MS + 1, || format!("a window of {WINDOW_MS} ms says to wait {wait} ms"))?;
    let other = QuotaRequest { name: "another".to_owned(), ..quota_request(now + 1, 1) };
    ensure(take(&other)? == 0, || "a quota of another name is used up as well".to_owned())?;
    // Two windows, of which one is full: nothing may be taken in the other.
    let mut both = quota_request(now + 1, 1);
    let tokens = |amount| QuotaWindow { unit: "tokens".to_owned(), window_ms: WINDOW_MS, limit: 5, amount };
    both.windows.push(tokens(5));
    ensure(take(&both)? > 0, || "one of two windows is full, and room was granted".to_owned())?;
    both.windows.remove(0);
    ensure(take(&both)? == 0, || "a request that was refused has taken room all the same".to_owned())?;
    let wait = take(&quota_request(now + WINDOW_MS + 10, 1))?;
    ensure(wait == 0, || format!("the window is over, and the quota says to wait {wait} ms"))
}

pub(super) fn claims(subject: &Subject) -> Judged {
    if !subject.manifest.can("coordination") {
        return skipped("`coordination` is not declared");
    }
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let now = now_ms();
    let claim = |owner, now, numbers: &[u32]| {
        let keys = numbers.iter().map(|number| key(1, *number)).collect();
        answer("claiming keys", store.client.claim_many(&claim_request(owner, now, keys)))
    };
    let expect = |what: &str, found: Vec<bool>, expected: &[bool]| {
        ensure(found == expected, || format!("{what}: granted are {found:?}, and due is {expected:?}"))
    };
    expect("a first claim", claim(1, now, &[1, 2])?, &[true, true])?;
    expect("a claim of another owner", claim(2, now + 1, &[1, 3])?, &[false, true])?;
    expect("a claim that is renewed", claim(1, now + LEASE_MS - 1, &[1])?, &[true])?;
    expect("a claim after one was renewed and one ran out", claim(2, now + LEASE_MS + 1, &[1, 2])?, &[false, true])?;
    answer("giving claims back", store.client.release_many(1, &[key(1, 1), key(1, 2), key(1, 9)]))?;
    let later = now + LEASE_MS + 2;
    expect("a claim after the owner has given back what is its own", claim(3, later, &[1, 2])?, &[true, false])
}
