//! Checks of single entries: put, get, delete, count.

use super::store::{StoreUnderTest, key, value};
use crate::conformance::assertion::{CheckResult, ensure, expect_ok};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::cache::Key;

fn entries(group: u8, numbers: std::ops::Range<u32>) -> Vec<(Key, Vec<u8>)> {
    numbers.map(|number| (key(group, number), value(&key(group, number), 0))).collect()
}

pub(super) fn put_and_get(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    store.expect_none("in a new store", &[key(1, 1)])?;
    store.put(&entries(1, 0..50))?;
    store.expect("after a put", &entries(1, 0..50))?;
    store.expect_none("after a put of other keys", &[key(1, 50), key(2, 0)])?;
    let replaced = [(key(1, 7), b"another".to_vec()), (key(1, 8), value(&key(1, 8), 9))];
    store.put(&replaced)?;
    store.expect("after a second put", &replaced)?;
    store.expect("after a put of other keys", &entries(1, 9..50))?;
    // Values are in the order of the keys, repeated keys included.
    let found = store.get(&[key(1, 9), key(3, 0), key(1, 7), key(1, 9)])?;
    let nine = Some(value(&key(1, 9), 0));
    let expected = [nine.clone(), None, Some(b"another".to_vec()), nine];
    ensure(found == expected, || "values are not in the order of the keys".to_owned())?;
    store.put(&[])?;
    ensure(store.get(&[])?.is_empty(), || "a look-up of no key returned a value".to_owned())
}

pub(super) fn twice_in_one_put(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    store.put(&[(key(1, 1), b"first".to_vec()), (key(1, 2), b"other".to_vec()), (key(1, 1), b"last".to_vec())])?;
    store.expect("after one key twice in one put", &[(key(1, 1), b"last".to_vec()), (key(1, 2), b"other".to_vec())])
}

pub(super) fn sizes(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    let large: Vec<u8> = (0..1_048_576_u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
    let all = [(key(1, 1), Vec::new()), (key(1, 2), large), (key(1, 3), vec![0]), (key(1, 4), vec![0; 4_096])];
    store.put(&all)?;
    store.expect("after values of several sizes", &all)?;
    let shrunk = [(key(1, 2), Vec::new())];
    store.put(&shrunk)?;
    store.expect("after an empty value replaced a large one", &shrunk)
}

pub(super) fn similar_keys(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    let mut keys = vec![[0; 32], [0xff; 32], [b'\n'; 32], *b"../../../../../../../etc/passwd\n", [b' '; 32]];
    for at in 0..32 {
        // One byte differs from the key of zeros, and from that of ones.
        let (mut one, mut other) = ([0; 32], [0xff; 32]);
        one[at] = 1;
        other[at] = 0xfe;
        keys.extend([one, other]);
    }
    let all: Vec<_> = keys.iter().map(|key| (*key, value(key, 3))).collect();
    store.put(&all)?;
    store.expect("after similar keys", &all)
}

pub(super) fn deleting(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    store.put(&entries(1, 0..10))?;
    let deleted = [key(1, 3), key(1, 4), key(9, 9)];
    let delete = || expect_ok("deleting", store.client.delete_many(&deleted));
    let expect = |what: &str, count: u64, expected: u64| {
        ensure(count == expected, || format!("{what} returned {count}, expected {expected}"))
    };
    expect("deleting two of three keys", delete()?, 2)?;
    store.expect_none("after a delete", &deleted)?;
    store.expect("after others were deleted", &entries(1, 5..10))?;
    expect("deleting the same keys again", delete()?, 0)?;
    expect("clearing", expect_ok("clearing", store.client.clear())?, 8)?;
    store.expect_none("after clearing", &[key(1, 0), key(1, 9)])?;
    store.put(&entries(1, 0..2))?;
    store.expect("after a put into a cleared store", &entries(1, 0..2))
}

pub(super) fn stats(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    let expect_count = |expected: u64| {
        let count = expect_ok("reading the statistics", store.client.stats())?.entries;
        ensure(count == expected, || format!("the statistics count {count} entries, expected {expected}"))
    };
    for (group, expected) in [(1, 20), (2, 40), (2, 40)] {
        store.put(&entries(group, 0..20))?;
        expect_count(expected)?;
    }
    expect_ok("clearing", store.client.clear())?;
    expect_count(0)
}

pub(super) fn verify(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    store.put(&entries(1, 0..20))?;
    let damage = expect_ok("verifying the store", store.client.verify())?;
    ensure(damage.is_empty(), || format!("damage reported in a sound store: {}", damage.join("; ")))
}
