//! Who asks for which key at the moment.

use rowsmith_plugin_api::prelude::{ClaimRequest, Key};
use std::collections::HashMap;

#[derive(Debug)]
struct Claim {
    owner: u64,
    from_ms: u64,
    lease_ms: u64,
}

impl Claim {
    /// A claim from further ahead than its own length was made before the clock was put back: it would hold for too
    /// long, so it no longer counts.
    fn holds(&self, now_ms: u64) -> bool {
        now_ms < self.from_ms.saturating_add(self.lease_ms) && self.from_ms <= now_ms.saturating_add(self.lease_ms)
    }
}

/// The claims of one process.
#[derive(Debug, Default)]
pub(crate) struct Claims(HashMap<Key, Claim>);

impl Claims {
    /// Grants each key that is free, expired or already the owner's; says which are granted.
    pub(crate) fn claim(&mut self, request: &ClaimRequest) -> Vec<bool> {
        let grant = |key: &Key| {
            let taken = self.0.get(key).is_some_and(|c| c.owner != request.owner && c.holds(request.now_ms));
            if !taken {
                let claim = Claim { owner: request.owner, from_ms: request.now_ms, lease_ms: request.lease_ms };
                self.0.insert(*key, claim);
            }
            !taken
        };
        request.keys.iter().map(grant).collect()
    }

    /// Frees those of the keys that are the owner's.
    pub(crate) fn release(&mut self, owner: u64, keys: &[Key]) {
        for key in keys {
            if self.0.get(key).is_some_and(|claim| claim.owner == owner) {
                self.0.remove(key);
            }
        }
    }
}
