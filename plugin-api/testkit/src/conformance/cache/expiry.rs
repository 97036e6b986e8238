//! Entries that expire.

use super::store::{StoreUnderTest, key, value};
use super::store_time::wait;
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, skip};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::cache::Key;
use rowsmith_plugin_api::manifest::Capability;
use std::time::{Duration, Instant};

/// Time to live of the entries that a check waits for.
const SHORT: Duration = Duration::from_millis(300);
/// Time to live that no check reaches.
const LONG: Duration = Duration::from_secs(3_600);

pub(super) fn expiry(plugin: &PluginUnderTest) -> CheckResult {
    if !plugin.manifest.can(Capability::Expiry) {
        return skip("`expiry` is not declared");
    }
    let store = StoreUnderTest::new(plugin)?;
    let entry = |number| (key(1, number), value(&key(1, number), 0));
    let put_expiring = |entries: &[(Key, Vec<u8>)], time_to_live| {
        expect_ok("putting values that expire", store.client.put_many_expiring(entries, time_to_live))
    };
    let (ended, renewed, kept, shortened, plain) = (entry(1), entry(2), entry(3), entry(4), entry(5));
    let remaining = [renewed.clone(), kept.clone(), plain.clone()];
    let put = Instant::now();
    put_expiring(&[ended.clone(), renewed.clone(), kept.clone()], SHORT)?;
    put_expiring(std::slice::from_ref(&renewed), LONG)?;
    store.put(&[kept, shortened.clone(), plain])?;
    put_expiring(std::slice::from_ref(&shortened), SHORT)?;
    let found = store.get(&[ended.0])?;
    ensure(found == [Some(ended.1)] || put.elapsed() >= SHORT, || "an entry ended before its time".to_owned())?;
    wait(SHORT + Duration::from_millis(20));
    store.expect_none("after its time", &[ended.0, shortened.0])?;
    store.expect("before its time, or with an expiry that was replaced", &remaining)?;
    let scanned = expect_ok("scanning", store.client.scan(None, 100))?;
    ensure(scanned == remaining, || format!("a scan returned {} entries, expected the 3 that remain", scanned.len()))?;
    let count = expect_ok("reading the statistics", store.client.stats())?.entries;
    ensure(count == 3, || format!("the statistics count {count} entries, expected the 3 that remain"))?;
    let removed = expect_ok("deleting", store.client.delete_many(&[ended.0, renewed.0]))?;
    ensure(removed == 1, || format!("deleting an entry that ended and another one returned {removed}, expected 1"))?;
    put_expiring(&[], LONG)
}
