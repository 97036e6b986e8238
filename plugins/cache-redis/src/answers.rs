//! Answers: string keys, and the sorted set of their keys.

use crate::connections::{Connections, Repeat};
use crate::names::Names;
use redis::{Pipeline, Script, cmd, pipe};
use rowsmith_plugin_api::prelude::{Change, Key, Result};
use std::sync::LazyLock;

static DELETE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/delete.lua")));

type Entries = Vec<(Key, Vec<u8>)>;

/// Maximum keys per command.
const PAGE: usize = 512;
/// Size of values after which a scan returns, so that a page of large values stays small.
const MAX_PAGE_BYTES: usize = 16 << 20;

/// Looks up keys. Returns the values in the order of the keys.
pub(crate) fn get(connections: &Connections, names: &Names, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut commands = pipe();
    for page in keys.chunks(PAGE) {
        commands.cmd("MGET");
        for key in page {
            commands.arg(names.answer(key));
        }
    }
    let pages: Vec<Vec<Option<Vec<u8>>>> =
        connections.run(Repeat::Idempotent, |connection| commands.query(connection))?;
    Ok(pages.into_iter().flatten().collect())
}

/// Stores entries without expiry, all or none. The last of equal keys wins.
pub(crate) fn put(connections: &Connections, names: &Names, entries: &Entries) -> Result<()> {
    let mut commands = pipe();
    commands.atomic();
    for (key, value) in entries {
        commands.cmd("SET").arg(names.answer(key)).arg(value.as_slice()).ignore();
    }
    for page in entries.chunks(PAGE) {
        commands.cmd("ZADD").arg(&names.index);
        for (key, _) in page {
            commands.arg(0).arg(key);
        }
        commands.ignore().cmd("ZREM").arg(&names.expiring);
        for (key, _) in page {
            commands.arg(key);
        }
        commands.ignore();
    }
    execute(connections, &commands)
}

/// Applies changes in their order, all or none.
pub(crate) fn apply(connections: &Connections, names: &Names, changes: &[Change]) -> Result<()> {
    let mut commands = pipe();
    commands.atomic();
    for change in changes {
        let (name, key) = (names.answer(change.key()), change.key());
        match change {
            Change::Put(_, value) => {
                commands.cmd("SET").arg(name).arg(value.as_slice()).ignore();
                commands.cmd("ZADD").arg(&names.index).arg(0).arg(key).ignore();
            }
            Change::Delete(_) => {
                commands.cmd("UNLINK").arg(name).ignore();
                commands.cmd("ZREM").arg(&names.index).arg(key).ignore();
            }
        }
        commands.cmd("ZREM").arg(&names.expiring).arg(key).ignore();
    }
    execute(connections, &commands)
}

/// Runs a transaction, unless it is empty.
pub(crate) fn execute(connections: &Connections, commands: &Pipeline) -> Result<()> {
    if commands.is_empty() {
        return Ok(());
    }
    connections.run(Repeat::Idempotent, |connection| commands.exec(connection))
}

/// Removes keys. Returns the number of removed entries.
pub(crate) fn delete(connections: &Connections, names: &Names, keys: &[Key]) -> Result<u64> {
    let mut removed = 0;
    for page in keys.chunks(PAGE) {
        let mut script = DELETE.key(&names.index);
        script.key(&names.expiring).arg(names.answers());
        for key in page {
            script.arg(key);
        }
        // A repeated script would not count what the lost one has removed.
        removed += connections.run(Repeat::Never, |connection| script.invoke::<u64>(connection))?;
    }
    Ok(removed)
}

/// Removes all entries, page by page. Returns their number.
pub(crate) fn clear(connections: &Connections, names: &Names) -> Result<u64> {
    let (mut removed, mut after) = (0, None);
    loop {
        let keys = page(connections, names, after.as_ref(), PAGE)?;
        let Some(last) = keys.last() else { return Ok(removed) };
        after = Some(*last);
        removed += delete(connections, names, &keys)?;
    }
}

/// Returns up to `limit` keys after `after`, in their order; entries of some may have expired.
pub(crate) fn page(connections: &Connections, names: &Names, after: Option<&Key>, limit: usize) -> Result<Vec<Key>> {
    let start = after.map_or(b"-".to_vec(), |key| [b"(", &key[..]].concat());
    let mut command = cmd("ZRANGE");
    command.arg(&names.index).arg(start).arg("+").arg("BYLEX").arg("LIMIT").arg(0).arg(limit);
    let members: Vec<Vec<u8>> = connections.run(Repeat::Idempotent, |connection| command.query(connection))?;
    Ok(members.into_iter().filter_map(|member| member.try_into().ok()).collect())
}

/// Returns up to `limit` entries after `after`, in key order. Large values make it fewer.
pub(crate) fn scan(connections: &Connections, names: &Names, after: Option<Key>, limit: usize) -> Result<Entries> {
    let (mut found, mut bytes, mut after) = (Vec::new(), 0, after);
    while found.len() < limit && bytes < MAX_PAGE_BYTES {
        let keys = page(connections, names, after.as_ref(), (limit - found.len()).min(PAGE))?;
        let Some(last) = keys.last() else { break };
        after = Some(*last);
        for (key, value) in keys.iter().zip(get(connections, names, &keys)?) {
            // Others have expired, or were removed meanwhile.
            if let Some(value) = value {
                bytes += value.len();
                found.push((*key, value));
            }
        }
    }
    Ok(found)
}
