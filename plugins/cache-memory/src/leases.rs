//! Leases of one process.

use rowsmith_plugin_api::lease::Lease;
use rowsmith_plugin_api::prelude::{Key, LeaseRequest};
use std::collections::HashMap;

/// The leases by key.
#[derive(Debug, Default)]
pub(crate) struct Leases(HashMap<Key, Lease>);

impl Leases {
    /// Grants each key that is free, expired or already the owner's. Returns whether each key was granted.
    pub(crate) fn acquire(&mut self, request: &LeaseRequest) -> Vec<bool> {
        let grant = |key: &Key| {
            let is_free = self.0.get(key).is_none_or(|lease| !lease.blocks(request));
            if is_free {
                self.0.insert(*key, Lease::of(request));
            }
            is_free
        };
        request.keys.iter().map(grant).collect()
    }

    /// Releases those of the keys that are the owner's.
    pub(crate) fn release(&mut self, owner: u64, keys: &[Key]) {
        for key in keys {
            if self.0.get(key).is_some_and(|lease| lease.is_of(owner)) {
                self.0.remove(key);
            }
        }
    }
}
