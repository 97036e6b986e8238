//! The work of the other processes on a store.

use super::coordination::{lease_request, quota_request};
use super::store::{key, value};
use super::transactions;
use crate::FakeHost;
use crate::conformance::assertion::{CheckResult, expect_ok, fail};
use crate::conformance::plugin_under_test::PluginUnderTest;
use crate::conformance::worker::{Task, ready, send};
use rowsmith_plugin_api::bridge::client::CacheClient;
use serde::{Deserialize, Serialize};

/// Number of keys of its own that each process puts.
pub(super) const PUTS: u32 = 40;
/// Group of the keys that all processes put.
pub(super) const SHARED: u8 = 90;
/// Group of the keys that all processes lease.
const LEASE_GROUP: u8 = 91;
/// Number of requests for quota of each process.
const QUOTA_REQUESTS: u32 = 12;
/// Number of keys that each process leases.
pub(super) const LEASED: u32 = 60;

/// Work of one process.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Work {
    /// Put some values and end.
    Puts,
    /// Put values until the process is killed.
    PutsWithoutEnd,
    /// Acquire quota at the time of the process.
    Quota([u64; 2]),
    /// Lease keys at the time of the process.
    Leases([u64; 2]),
    /// Apply changes until the process is killed.
    ChangesWithoutEnd,
}

/// Performs a task on the store of the process that assigned it.
pub(in crate::conformance) fn perform(plugin: &PluginUnderTest, task: &Task) -> CheckResult {
    let opened = plugin.open_with(&task.config, &FakeHost::default());
    let opened = expect_ok("opening the store", std::future::ready(opened))?;
    let client = CacheClient(opened.remote.clone());
    let work = task.work()?;
    ready();
    match work {
        Work::Puts => (0..PUTS).try_for_each(|number| put(&client, task.number, number)),
        Work::PutsWithoutEnd => (0..u32::MAX).try_for_each(|number| {
            put(&client, task.number, number)?;
            // The process that would kill this one may be gone.
            if send(&number.to_string()) { Ok(()) } else { fail("standard output is closed") }
        }),
        Work::ChangesWithoutEnd => (0..u32::MAX).try_for_each(|round| {
            expect_ok("applying changes", client.apply(&transactions::round(round)))?;
            if send(&round.to_string()) { Ok(()) } else { fail("standard output is closed") }
        }),
        Work::Quota(times) => (0..QUOTA_REQUESTS).try_for_each(|_| {
            let wait = expect_ok("acquiring quota", client.acquire_quota(&quota_request(now_ms(times, task), 1)))?;
            if wait == 0 {
                send("granted");
            }
            Ok(())
        }),
        Work::Leases(times) => (0..LEASED).try_for_each(|number| {
            let owner = u64::from(task.number) + 1;
            let request = lease_request(owner, now_ms(times, task), vec![key(LEASE_GROUP, number)]);
            if expect_ok("leasing a key", client.lease_many(&request))? == [true] {
                send(&number.to_string());
            }
            Ok(())
        }),
    }
}

/// Time of the clock of the process.
fn now_ms(times: [u64; 2], task: &Task) -> u64 {
    times[usize::from(task.number % 2)]
}

fn put(client: &CacheClient, writer: u8, number: u32) -> CheckResult {
    let entry = |group| (key(group, number), value(&key(group, number), writer));
    expect_ok("putting values", client.put_many(&[entry(writer), entry(SHARED)]))
}
