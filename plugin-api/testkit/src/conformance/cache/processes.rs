//! Checks of one store in several processes.

use super::coordination::{QUOTA, require_coordination};
use super::store::{StoreUnderTest, key, value};
use super::store_time::{StoreTime, real_now_ms, skew_ms};
use super::worker_task::{LEASED, PUTS, SHARED, Work};
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, fail, skip};
use crate::conformance::plugin_under_test::{PluginUnderTest, TestFolder};
use crate::conformance::worker::{Task, Worker, WorkerProcess};

/// Number of acknowledged values before a process is killed.
const ENOUGH: u32 = 20;

/// Returns a folder whose store other processes can open, and their command. Skips the check if there is none.
pub(super) fn shared_folder(plugin: &PluginUnderTest) -> CheckResult<(TestFolder, &Worker)> {
    let store = StoreUnderTest::new(plugin)?;
    let about = expect_ok("asking for the name of the store", store.client.store())?;
    if !about.persistent {
        return skip("the store ends with its process");
    }
    match &plugin.worker {
        Some(worker) => Ok((store.close(), worker)),
        None => skip("the suite has no command that starts another process"),
    }
}

/// Starts two processes with the same work. They begin when both have opened the store.
fn start_two(worker: &Worker, folder: &TestFolder, work: Work) -> CheckResult<[WorkerProcess; 2]> {
    let start = |number| worker.start(&Task::new(&folder.config, number, &work)?);
    let mut both = [start(0)?, start(1)?];
    both.iter_mut().for_each(WorkerProcess::go);
    Ok(both)
}

pub(super) fn at_once(plugin: &PluginUnderTest) -> CheckResult {
    let (folder, worker) = shared_folder(plugin)?;
    for process in start_two(worker, &folder, Work::Puts)? {
        process.all_messages()?;
    }
    let store = StoreUnderTest::open(plugin, folder)?;
    for writer in [0, 1] {
        let own: Vec<_> = (0..PUTS).map(|number| (key(writer, number), value(&key(writer, number), writer))).collect();
        store.expect("after puts of two processes", &own)?;
    }
    let shared: Vec<_> = (0..PUTS).map(|number| key(SHARED, number)).collect();
    for (key, found) in shared.iter().zip(store.get(&shared)?) {
        ensure([0, 1].into_iter().any(|writer| found.as_ref() == Some(&value(key, writer))), || {
            "a key that both processes put has a value of neither".to_owned()
        })?;
    }
    Ok(())
}

pub(super) fn killed(plugin: &PluginUnderTest) -> CheckResult {
    let (folder, worker) = shared_folder(plugin)?;
    let mut process = worker.start(&Task::new(&folder.config, 0, &Work::PutsWithoutEnd)?)?;
    process.go();
    let mut acknowledged = 0;
    while acknowledged < ENOUGH {
        match process.next_message()? {
            Some(_) => acknowledged += 1,
            None => return fail("another process ended before it was killed"),
        }
    }
    acknowledged += u32::try_from(process.kill()?.len()).unwrap_or(u32::MAX);
    let store = StoreUnderTest::open(plugin, folder)?;
    let all: Vec<_> = (0..acknowledged).map(|number| (key(0, number), value(&key(0, number), 0))).collect();
    store.expect("after its process was killed", &all)?;
    // Locks of the killed process must not block the store.
    let next = [(key(5, 0), value(&key(5, 0), 5))];
    store.put(&next)?;
    store.expect("after a put that follows the death of a process", &next)
}

/// Returns the times of the two processes, which differ if the store has a clock of its own.
fn times(plugin: &PluginUnderTest) -> CheckResult<[u64; 2]> {
    let is_own = StoreTime::of(&StoreUnderTest::new(plugin)?)?.is_own();
    let now_ms = real_now_ms();
    Ok([now_ms, now_ms + if is_own { skew_ms(1) } else { 0 }])
}

pub(super) fn quota(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let (folder, worker) = shared_folder(plugin)?;
    let mut granted = 0;
    for process in start_two(worker, &folder, Work::Quota(times(plugin)?))? {
        granted += process.all_messages()?.len();
    }
    ensure(u64::try_from(granted) == Ok(QUOTA), || {
        format!("two processes were granted {granted} of a quota of {QUOTA}")
    })
}

pub(super) fn leases(plugin: &PluginUnderTest) -> CheckResult {
    require_coordination(plugin)?;
    let (folder, worker) = shared_folder(plugin)?;
    let mut owned = Vec::new();
    for process in start_two(worker, &folder, Work::Leases(times(plugin)?))? {
        owned.extend(process.all_messages()?.iter().filter_map(|number| number.parse::<u32>().ok()));
    }
    owned.sort_unstable();
    let twice = owned.windows(2).filter(|pair| pair[0] == pair[1]).count();
    ensure(twice == 0, || format!("{twice} keys were leased to both processes"))?;
    ensure(owned.iter().copied().eq(0..LEASED), || "some keys were leased to neither process".to_owned())
}
