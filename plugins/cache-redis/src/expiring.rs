//! Answers that expire.
//!
//! The server ends them. A sorted set holds their ends, so that their keys can be removed from the index.

use crate::answers::execute;
use crate::connections::{Connections, Repeat};
use crate::names::Names;
use redis::{Script, cmd, pipe};
use rowsmith_plugin_api::prelude::{Key, Result};
use std::sync::LazyLock;
use std::time::Duration;

/// Keys that one run of the script examines.
const PAGE: usize = 1_000;
/// Maximum time to live, a hundred years: the server adds it to its time.
const MAX_MS: u64 = 100 * 365 * 86_400_000;

static SWEEP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/sweep.lua")));

/// Stores entries that expire, all or none.
pub(crate) fn put(
    connections: &Connections,
    names: &Names,
    entries: &[(Key, Vec<u8>)],
    time_to_live: Duration,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    // The shortest time that the server knows.
    let milliseconds = u64::try_from(time_to_live.as_millis()).unwrap_or(MAX_MS).clamp(1, MAX_MS);
    // Not after the time at which the transaction begins, so that no entry ends before its end in the sorted set.
    let end = server_ms(connections)?.saturating_add(milliseconds);
    let mut commands = pipe();
    commands.atomic();
    for (key, value) in entries {
        commands.cmd("SET").arg(names.answer(key)).arg(value.as_slice()).arg("PX").arg(milliseconds).ignore();
        commands.cmd("ZADD").arg(&names.index).arg(0).arg(key).ignore();
        commands.cmd("ZADD").arg(&names.expiring).arg(end).arg(key).ignore();
    }
    execute(connections, &commands)?;
    sweep(connections, names).map(drop)
}

fn server_ms(connections: &Connections) -> Result<u64> {
    let (seconds, micros): (u64, u64) =
        connections.run(Repeat::Idempotent, |connection| cmd("TIME").query(connection))?;
    Ok(seconds.saturating_mul(1_000).saturating_add(micros / 1_000))
}

/// Removes the keys of some expired entries from the index. Returns their number.
pub(crate) fn sweep(connections: &Connections, names: &Names) -> Result<u64> {
    let mut script = SWEEP.key(&names.index);
    script.key(&names.expiring).arg(names.answers()).arg(PAGE);
    connections.run(Repeat::Idempotent, |connection| script.invoke(connection))
}

/// Removes the keys of all expired entries from the index.
pub(crate) fn sweep_all(connections: &Connections, names: &Names) -> Result<()> {
    while sweep(connections, names)? > 0 {}
    Ok(())
}
