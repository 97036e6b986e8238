//! Checks of scans.

use super::store::{StoreUnderTest, key, value};
use crate::conformance::assertion::{CheckResult, ensure, expect_ok};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::cache::Key;

/// Puts entries in no order: 389 has no common divisor with the counts of the checks.
fn fill(store: &StoreUnderTest, count: u32) -> CheckResult<Vec<(Key, Vec<u8>)>> {
    let at = |number: u32| key(u8::from(number.is_multiple_of(3)), number * 389 % count);
    let mut all: Vec<_> = (0..count).map(|number| (at(number), value(&at(number), 0))).collect();
    store.put(&all)?;
    all.sort();
    Ok(all)
}

pub(super) fn order(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    let expected = fill(&store, 1_000)?;
    let found = expect_ok("scanning", store.client.scan(None, 5_000))?;
    ensure(found.len() == 1_000, || format!("a scan returned {} entries, expected 1000", found.len()))?;
    ensure(found.is_sorted_by_key(|(key, _)| *key), || "a scan is not in the order of the keys".to_owned())?;
    ensure(found == expected, || "a scan returned other values than were put".to_owned())
}

pub(super) fn limits(plugin: &PluginUnderTest) -> CheckResult {
    let store = StoreUnderTest::new(plugin)?;
    let empty = expect_ok("scanning an empty store", store.client.scan(None, 10))?;
    ensure(empty.is_empty(), || "a scan of an empty store returned entries".to_owned())?;
    let expected = fill(&store, 100)?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = expect_ok("scanning in pages", store.client.scan(after, 7))?;
        ensure(page.len() <= 7, || format!("a scan with a limit of 7 returned {} entries", page.len()))?;
        let Some((last, _)) = page.last() else { break };
        ensure(found.len() <= expected.len(), || "a scan in pages does not end".to_owned())?;
        after = Some(*last);
        found.extend(page);
    }
    ensure(found == expected, || "a scan in pages returned other entries than were put".to_owned())?;
    // A scan may continue after a key that does not exist.
    let (first, last) = ([0; 32], [0xff; 32]);
    let all = expect_ok("scanning after an absent key", store.client.scan(Some(first), 1_000))?;
    let count = expected.iter().filter(|(key, _)| *key > first).count();
    ensure(all.len() == count, || "a scan after an absent key lacks entries".to_owned())?;
    let none = expect_ok("scanning after the last key", store.client.scan(Some(last), 10))?;
    ensure(none.is_empty(), || "a scan after the last key returned entries".to_owned())
}
