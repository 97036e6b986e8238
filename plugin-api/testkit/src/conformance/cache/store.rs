//! A store under test, with calls that fail the check.

use crate::conformance::finding::{Judged, answer, done, ensure, skipped};
use crate::conformance::subject::{Opened, Place, Subject};
use crate::conformance::worker::{Running, Task, Work, Worker};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::cache::Key;

/// A key of a group; keys of one group differ in their last bytes only.
pub(super) fn key(group: u8, number: u32) -> Key {
    let mut key = [group; 32];
    key[28..].copy_from_slice(&number.to_be_bytes());
    key
}

/// A value that names its key and who wrote it, so that a value in the wrong place is seen.
pub(super) fn value(key: &Key, writer: u8) -> Vec<u8> {
    let mut value = key.to_vec();
    value.push(writer);
    // Long enough that a store does not keep all of them in one page.
    value.resize(200, writer);
    value
}

/// A store that is open.
pub(super) struct Store {
    pub(super) client: CacheClient,
    _opened: Opened,
}

impl Store {
    pub(super) fn open(subject: &Subject, place: &Place) -> Judged<Self> {
        let opened = subject.open(place, &subject.host(place))?;
        Ok(Self { client: CacheClient(opened.remote.clone()), _opened: opened })
    }

    pub(super) fn put(&self, entries: &[(Key, Vec<u8>)]) -> Judged {
        answer("putting values", self.client.put_many(entries))
    }

    pub(super) fn get(&self, keys: &[Key]) -> Judged<Vec<Option<Vec<u8>>>> {
        let values = answer("getting values", self.client.get_many(keys))?;
        let values = done("reading values", values.all())?;
        Ok(values.into_iter().map(|value| value.map(<[u8]>::to_vec)).collect())
    }

    /// Fails unless the store has exactly these values.
    pub(super) fn expect(&self, when: &str, entries: &[(Key, Vec<u8>)]) -> Judged {
        let keys: Vec<Key> = entries.iter().map(|(key, _)| *key).collect();
        for ((key, expected), found) in entries.iter().zip(self.get(&keys)?) {
            ensure(found.as_deref() == Some(expected), || match found {
                None => format!("{when}, the value of the key {} is gone", name(key)),
                Some(_) => format!("{when}, the key {} has another value than was put", name(key)),
            })?;
        }
        Ok(())
    }

    /// Fails unless the store has none of these keys.
    pub(super) fn expect_none(&self, when: &str, keys: &[Key]) -> Judged {
        for (key, found) in keys.iter().zip(self.get(keys)?) {
            ensure(found.is_none(), || format!("{when}, the key {} has a value", name(key)))?;
        }
        Ok(())
    }
}

/// A key for people: its first and last bytes.
fn name(key: &Key) -> String {
    let [first, .., a, b, c, d] = key;
    format!("{first:02x}…{a:02x}{b:02x}{c:02x}{d:02x}")
}

/// The worker of a store that other processes can open; the check is skipped when there is none.
pub(super) fn worker<'a>(subject: &'a Subject, place: &Place) -> Judged<&'a Worker> {
    let store = Store::open(subject, place)?;
    let about = answer("asking where the store is", store.client.store())?;
    if !about.persistent {
        return skipped("the store does not outlive its process");
    }
    match &subject.worker {
        Some(worker) => Ok(worker),
        None => skipped("the suite was not told how to start another process"),
    }
}

/// Starts two processes with the same work, which begin when both have the store open.
pub(super) fn two(worker: &Worker, place: &Place, work: Work) -> Judged<[Running; 2]> {
    let start = |number| worker.start(&Task { config: place.config.clone(), number, work });
    let mut both = [start(0)?, start(1)?];
    both.iter_mut().for_each(Running::go);
    Ok(both)
}
