//! The part of the other process.

use super::coordination::{claim_request, quota_request};
use super::store::{key, value};
use crate::FakeHost;
use crate::conformance::finding::{Judged, answer, failed};
use crate::conformance::subject::Subject;
use crate::conformance::worker::{Task, Work, ready, say};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::cache::Key;

/// How many entries of its own each process puts.
pub(super) const PUTS: u32 = 40;
/// The group of keys that all processes put.
pub(super) const SHARED: u8 = 90;
/// How much of the quota each process tries to take, one by one.
const TRIES: u32 = 12;
/// The keys that each process claims.
pub(super) const CLAIMED: u32 = 60;

/// Does a task on the store of the process that gave it.
pub(in crate::conformance) fn perform(subject: &Subject, task: &Task) -> Judged {
    let made = subject.open_with(&task.config, &FakeHost::default());
    let opened = answer("opening the store", std::future::ready(made))?;
    let client = CacheClient(opened.remote.clone());
    ready();
    match task.work {
        Work::Puts => (0..PUTS).try_for_each(|number| put(&client, task.number, number)),
        Work::PutsWithoutEnd => (0..u32::MAX).try_for_each(|number| {
            put(&client, task.number, number)?;
            // When nobody listens any more, the process that would kill this one is gone.
            if say(&number.to_string()) { Ok(()) } else { failed("nobody listens") }
        }),
        Work::Quota(now_ms) => (0..TRIES).try_for_each(|_| {
            let wait = answer("taking room in a quota", client.acquire(&quota_request(now_ms, 1)))?;
            if wait == 0 {
                say("granted");
            }
            Ok(())
        }),
        Work::Claims(now_ms) => (0..CLAIMED).try_for_each(|number| {
            let owner = u64::from(task.number) + 1;
            let request = claim_request(owner, now_ms, vec![claimed(number)]);
            if answer("claiming a key", client.claim_many(&request))? == [true] {
                say(&number.to_string());
            }
            Ok(())
        }),
    }
}

pub(super) fn claimed(number: u32) -> Key {
    key(91, number)
}

fn put(client: &CacheClient, writer: u8, number: u32) -> Judged {
    let entry = |group| (key(group, number), value(&key(group, number), writer));
    answer("putting values", client.put_many(&[entry(writer), entry(SHARED)]))
}
