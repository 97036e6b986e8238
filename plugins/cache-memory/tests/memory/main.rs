//! Tests of the memory cache.

mod conformance;

use rowsmith_cache_memory::{Config, MemoryCache};
use rowsmith_plugin_api::prelude::{Cache, Key, LeaseRequest, QuotaRequest, QuotaWindow};
use rowsmith_plugin_testkit::{FakeHost, block_on};

fn cache() -> MemoryCache {
    MemoryCache::new(Config {}, FakeHost::default().host()).expect("a cache")
}

fn key(first: u8) -> Key {
    let mut key = [0; 32];
    key[0] = first;
    key
}

#[test]
fn values_are_in_the_order_of_the_keys() {
    let cache = cache();
    block_on(async {
        cache.put_many(vec![(key(2), b"two".to_vec()), (key(1), b"one".to_vec())]).await.unwrap();
        cache.put_many(vec![(key(2), b"deux".to_vec())]).await.unwrap();
        let found = cache.get_many(&[key(2), key(9), key(1), key(2)]).await.unwrap();
        let expected = [Some("deux"), None, Some("one"), Some("deux")];
        assert_eq!(found, expected.map(|value| value.map(|text| text.as_bytes().to_vec())));
        assert!(!cache.store().persistent);
        assert_eq!(cache.stats().await.unwrap().bytes, Some(64 + 7));
    });
}

#[test]
fn pages_of_a_scan_are_in_key_order() {
    let cache = cache();
    block_on(async {
        cache.put_many((0..50).rev().map(|n| (key(n), vec![n])).collect()).await.unwrap();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = cache.scan(after, 7).await.unwrap();
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            seen.extend(page.into_iter().map(|(_, value)| value[0]));
        }
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    });
}

#[test]
fn deleting_and_clearing_return_the_number_of_entries() {
    let cache = cache();
    block_on(async {
        cache.put_many((0..5).map(|n| (key(n), vec![n])).collect()).await.unwrap();
        assert_eq!(cache.delete_many(&[key(0), key(0), key(77)]).await.unwrap(), 1);
        assert_eq!(cache.clear().await.unwrap(), 4);
        assert_eq!(cache.stats().await.unwrap().entries, 0);
    });
}

#[test]
fn a_window_never_holds_more_than_its_limit() {
    let cache = cache();
    // Time, amount and expected wait; the limit is 3 in 100 ms.
    let steps = [
        ("first", 1_000, 1, 0),
        ("second", 1_010, 2, 0),
        ("full", 1_020, 1, 81),
        ("both ends of the window count", 1_100, 1, 1),
        ("the first has left", 1_101, 1, 0),
        ("an amount over the limit waits for an empty window", 1_102, 9, 100),
        ("and passes then", 1_202, 9, 0),
        ("zero always fits", 1_203, 0, 0),
        ("after a clock was set back, amounts count as taken now", 100, 1, 101),
    ];
    for (case, now_ms, amount, wait) in steps {
        let windows = vec![QuotaWindow { unit: "requests".into(), window_ms: 100, limit: 3, amount }];
        let request = QuotaRequest { name: "gemini".into(), now_ms, windows };
        assert_eq!(block_on(cache.acquire_quota(request)).unwrap(), wait, "{case}");
    }
}

#[test]
fn a_request_takes_room_in_all_windows_or_in_none() {
    let cache = cache();
    let ask = |now_ms, tokens| {
        let window = |unit: &str, limit, amount| QuotaWindow { unit: unit.into(), window_ms: 100, limit, amount };
        let windows = vec![window("requests", 2, 1), window("tokens", 10, tokens)];
        block_on(cache.acquire_quota(QuotaRequest { name: "q".into(), now_ms, windows })).unwrap()
    };
    assert_eq!(ask(0, 8), 0);
    assert_eq!(ask(1, 8), 100, "no room for the tokens");
    assert_eq!(ask(2, 2), 0, "the refused request took no room");
}

#[test]
fn leases_last_until_released_or_expired() {
    let cache = cache();
    let lease = |owner, now_ms, keys: &[Key]| {
        block_on(cache.lease_many(LeaseRequest { owner, now_ms, lease_ms: 100, keys: keys.to_vec() })).unwrap()
    };
    assert_eq!(lease(1, 1_000, &[key(1), key(2), key(1)]), [true, true, true]);
    assert_eq!(lease(2, 1_050, &[key(1), key(3)]), [false, true]);
    assert_eq!(lease(1, 1_090, &[key(1)]), [true], "renewed");
    assert_eq!(lease(2, 1_120, &[key(1), key(2)]), [false, true], "one was renewed, the other has expired");
    block_on(cache.release_many(1, &[key(1), key(2)])).unwrap();
    assert_eq!(lease(3, 1_121, &[key(1), key(2)]), [true, false], "only the owner's were released");
    assert_eq!(lease(9, 10, &[key(2)]), [true], "a clock far behind does not keep keys leased");
}
