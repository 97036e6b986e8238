//! Changes of several entries that are applied together.

use super::processes::shared_folder;
use super::store::{StoreUnderTest, key, value};
use super::worker_task::Work;
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, fail, skip};
use crate::conformance::call_watch::inherited;
use crate::conformance::plugin_under_test::PluginUnderTest;
use crate::conformance::worker::Task;
use rowsmith_plugin_api::cache::{Change, Key};
use rowsmith_plugin_api::manifest::Capability;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Group of the keys that a round of changes puts or removes together.
const GROUP: u8 = 92;
/// Number of these keys.
const KEYS: u32 = 20;
/// Rounds before a check ends, or kills a process.
const ROUNDS: u32 = 30;

fn require_transactions(plugin: &PluginUnderTest) -> CheckResult {
    if plugin.manifest.can(Capability::Transactions) { Ok(()) } else { skip("`transactions` is not declared") }
}

/// Changes that replace all values by those of a round, and remove every second key in every third round.
pub(super) fn round(round: u32) -> Vec<Change> {
    let writer = round.to_le_bytes()[0];
    let change = |number: u32| {
        let key = key(GROUP, number);
        let removes = round % 3 == 2 && number % 2 == 1;
        if removes { Change::Delete(key) } else { Change::Put(key, value(&key, writer)) }
    };
    (0..KEYS).map(change).collect()
}

fn keys() -> Vec<Key> {
    (0..KEYS).map(|number| key(GROUP, number)).collect()
}

/// Fails unless the values are those after one round, or none.
fn expect_one_round(when: &str, values: &[Option<Vec<u8>>]) -> CheckResult {
    if values.iter().all(Option::is_none) {
        return Ok(());
    }
    let of_round = |number| {
        round(number).into_iter().map(|change| if let Change::Put(_, value) = change { Some(value) } else { None })
    };
    // A writer is the last byte of its round, so that 768 rounds contain each combination of bytes and removals.
    let is_one = (0..768).any(|number| of_round(number).eq(values.iter().cloned()));
    ensure(is_one, || format!("{when}, some changes of a call are applied and others are not"))
}

pub(super) fn changes(plugin: &PluginUnderTest) -> CheckResult {
    require_transactions(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let [a, b, c, d] = [1, 2, 3, 4].map(|number| key(1, number));
    let of = |key: Key, writer| (key, value(&key, writer));
    let put = |key: Key, writer| Change::Put(key, value(&key, writer));
    let apply = |changes: &[Change]| expect_ok("applying changes", store.client.apply(changes));
    store.put(&[of(a, 0), of(b, 0)])?;
    apply(&[Change::Delete(a), put(b, 1), put(c, 1), Change::Delete(d)])?;
    store.expect_none("after a change that deletes", &[a, d])?;
    store.expect("after changes", &[of(b, 1), of(c, 1)])?;
    // The last change of a key wins.
    apply(&[put(a, 2), Change::Delete(a), Change::Delete(b), put(b, 2), put(c, 2), put(c, 3)])?;
    store.expect_none("after a put and a delete of one key", &[a])?;
    store.expect("after several changes of one key", &[of(b, 2), of(c, 3)])?;
    let scanned = expect_ok("scanning", store.client.scan(None, 100))?;
    ensure(scanned == [of(b, 2), of(c, 3)], || "a scan after changes returned other entries".to_owned())?;
    let count = expect_ok("reading the statistics", store.client.stats())?.entries;
    ensure(count == 2, || format!("the statistics count {count} entries after changes, expected 2"))?;
    apply(&[])
}

pub(super) fn together(plugin: &PluginUnderTest) -> CheckResult {
    require_transactions(plugin)?;
    let store = StoreUnderTest::new(plugin)?;
    let is_done = AtomicBool::new(false);
    let keys = keys();
    thread::scope(|scope| {
        let reader = scope.spawn(inherited(|| {
            while !is_done.load(Ordering::SeqCst) {
                expect_one_round("in a look-up during changes", &store.get(&keys)?)?;
            }
            Ok(())
        }));
        let applied = (0..ROUNDS * 4).try_for_each(|at| expect_ok("applying changes", store.client.apply(&round(at))));
        is_done.store(true, Ordering::SeqCst);
        let observed = reader.join().unwrap_or_else(|_| fail("a thread panicked"));
        applied.and(observed)
    })
}

pub(super) fn killed(plugin: &PluginUnderTest) -> CheckResult {
    require_transactions(plugin)?;
    let (folder, worker) = shared_folder(plugin)?;
    let mut process = worker.start(&Task::new(&folder.config, 0, &Work::ChangesWithoutEnd)?)?;
    process.go();
    for _ in 0..ROUNDS {
        if process.next_message()?.is_none() {
            return fail("another process ended before it was killed");
        }
    }
    process.kill()?;
    let store = StoreUnderTest::open(plugin, folder)?;
    expect_one_round("after its process was killed", &store.get(&keys())?)
}
