//! Leases: keys with the owner as their value, which the server ends.

use crate::connections::{Connections, Repeat};
use crate::names::Names;
use redis::Script;
use rowsmith_plugin_api::prelude::{Key, LeaseRequest, Result};
use std::sync::LazyLock;

static LEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/lease.lua")));
static RELEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/release.lua")));

/// Maximum duration of a lease, one day.
const MAX_MS: u64 = 86_400_000;

/// Grants each key that is free, expired or already the owner's. Returns whether each key was granted.
pub(crate) fn acquire(connections: &Connections, names: &Names, request: &LeaseRequest) -> Result<Vec<bool>> {
    if request.keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut script = LEASE.prepare_invoke();
    for key in &request.keys {
        script.key(names.lease(key));
    }
    script.arg(request.owner).arg(request.lease_ms.clamp(1, MAX_MS));
    // A repeated request renews the leases of the lost one.
    connections.run(Repeat::Idempotent, |connection| script.invoke(connection))
}

/// Releases those of the keys that are the owner's.
pub(crate) fn release(connections: &Connections, names: &Names, owner: u64, keys: &[Key]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut script = RELEASE.prepare_invoke();
    for key in keys {
        script.key(names.lease(key));
    }
    script.arg(owner);
    connections.run(Repeat::Idempotent, |connection| script.invoke::<u64>(connection)).map(drop)
}
