//! Checks of a reopened store, and of several threads.

use super::store::{StoreUnderTest, key, value};
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, fail, skip};
use crate::conformance::call_watch::inherited;
use crate::conformance::plugin_under_test::PluginUnderTest;
use std::thread;

pub(super) fn reopening(plugin: &PluginUnderTest) -> CheckResult {
    let all: Vec<_> = (0..30).map(|number| (key(1, number), value(&key(1, number), 0))).collect();
    let store = StoreUnderTest::new(plugin)?;
    let before = expect_ok("asking for the name of the store", store.client.store())?;
    ensure(!before.name.trim().is_empty(), || "the store has no name".to_owned())?;
    if !before.persistent {
        return skip("the store ends with its process");
    }
    store.put(&all)?;
    expect_ok("deleting", store.client.delete_many(&[key(1, 0)]))?;
    let store = StoreUnderTest::open(plugin, store.close())?;
    let after = expect_ok("asking for the name of the store", store.client.store())?;
    ensure(before == after, || format!("the store is `{}`, and was `{}` before", after.name, before.name))?;
    store.expect("after reopening", all.get(1..).unwrap_or_default())?;
    store.expect_none("after a delete and reopening", &[key(1, 0)])
}

pub(super) fn finish(plugin: &PluginUnderTest) -> CheckResult {
    let all = [(key(1, 1), value(&key(1, 1), 0))];
    let store = StoreUnderTest::new(plugin)?;
    store.put(&all)?;
    expect_ok("ending a run", store.client.finish())?;
    // Another run in the same process may use the store.
    store.expect("after the end of a run", &all)?;
    expect_ok("ending a second run", store.client.finish())?;
    if !expect_ok("asking for the name of the store", store.client.store())?.persistent {
        return Ok(());
    }
    StoreUnderTest::open(plugin, store.close())?.expect("after the end of a run and reopening", &all)
}

pub(super) fn threads(plugin: &PluginUnderTest) -> CheckResult {
    const THREADS: u8 = 4;
    let store = StoreUnderTest::new(plugin)?;
    let of = |thread: u8| (0..25).map(move |number| (key(thread, number), value(&key(thread, number), thread)));
    let shared = |thread: u8| (key(99, 0), value(&key(99, 0), thread));
    let put = |thread: u8| {
        for entry in of(thread) {
            store.put(&[entry.clone(), shared(thread)])?;
            store.expect("right after its put", &[entry])?;
        }
        Ok(())
    };
    let results: Vec<CheckResult> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(inherited(move || put(thread)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| fail("a thread panicked"))).collect()
    });
    results.into_iter().collect::<CheckResult>()?;
    for thread in 0..THREADS {
        store.expect("after puts of several threads", &of(thread).collect::<Vec<_>>())?;
    }
    let found = store.get(&[key(99, 0)])?.pop().flatten();
    ensure((0..THREADS).any(|thread| found.as_ref() == Some(&shared(thread).1)), || {
        "a key that several threads put has a value of none of them".to_owned()
    })
}
