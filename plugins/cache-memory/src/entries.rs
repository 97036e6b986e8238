//! Entries, some of which expire.

use rowsmith_plugin_api::cache::KeyMap;
use rowsmith_plugin_api::prelude::{Change, Key};
use std::collections::BTreeSet;
use std::time::Instant;

/// The entries by key. Expiries are kept apart, because most stores have none.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    values: KeyMap<Vec<u8>>,
    ends: KeyMap<Instant>,
    /// The same ends, the earliest first.
    order: BTreeSet<(Instant, Key)>,
}

impl Entries {
    /// Returns the value of a key, unless it has expired.
    pub(crate) fn get(&self, key: &Key, now: Instant) -> Option<&Vec<u8>> {
        let value = self.values.get(key)?;
        let has_ended = self.ends.get(key).is_some_and(|end| *end <= now);
        (!has_ended).then_some(value)
    }

    /// Returns the keys that have not expired, in no order.
    pub(crate) fn keys(&self, now: Instant) -> impl Iterator<Item = &Key> {
        self.values.keys().filter(move |key| self.ends.get(*key).is_none_or(|end| *end > now))
    }

    /// Stores a value without expiry, or with one.
    pub(crate) fn put(&mut self, key: Key, value: Vec<u8>, end: Option<Instant>) {
        self.forget_end(&key);
        self.values.insert(key, value);
        if let Some(end) = end {
            self.ends.insert(key, end);
            self.order.insert((end, key));
        }
    }

    /// Removes an entry. Returns true if it existed.
    pub(crate) fn delete(&mut self, key: &Key, now: Instant) -> bool {
        let existed = self.get(key, now).is_some();
        self.forget_end(key);
        self.values.remove(key);
        existed
    }

    /// Applies a change.
    pub(crate) fn apply(&mut self, change: Change, now: Instant) {
        match change {
            Change::Put(key, value) => self.put(key, value, None),
            Change::Delete(key) => drop(self.delete(&key, now)),
        }
    }

    /// Frees the memory of entries that have expired.
    pub(crate) fn remove_expired(&mut self, now: Instant) {
        while let Some((_, key)) = self.order.first().copied().filter(|(end, _)| *end <= now) {
            self.forget_end(&key);
            self.values.remove(&key);
        }
    }

    fn forget_end(&mut self, key: &Key) {
        if let Some(end) = self.ends.remove(key) {
            self.order.remove(&(end, *key));
        }
    }
}
