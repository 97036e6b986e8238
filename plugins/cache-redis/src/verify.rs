//! The comparison of answers and index.
//!
//! A transaction changes both, so they differ only if another program has removed keys, or the server has evicted them.

use crate::answers::page;
use crate::connections::{Connections, Repeat};
use crate::expiring::sweep_all;
use crate::names::Names;
use redis::{cmd, pipe};
use rowsmith_plugin_api::prelude::{Key, Result};

/// Keys per command.
const PAGE: usize = 512;

/// Compares both. Returns one sentence per damage. Answers that are not in the index are added to it.
pub(crate) fn verify(connections: &Connections, names: &Names) -> Result<Vec<String>> {
    sweep_all(connections, names)?;
    let missing = without_answer(connections, names)?;
    let added = add_to_index(connections, names)?;
    let mut damage = Vec::new();
    if missing > 0 {
        damage.push(format!(
            "{missing} entries of the index have no answer: the server has evicted them, or another program has removed them"
        ));
    }
    if added > 0 {
        damage.push(format!("{added} answers were not in the index, and are now"));
    }
    Ok(damage)
}

/// Counts the entries of the index without an answer, and removes them from it.
fn without_answer(connections: &Connections, names: &Names) -> Result<u64> {
    let (mut missing, mut after) = (0, None);
    loop {
        let keys = page(connections, names, after.as_ref(), PAGE)?;
        let Some(last) = keys.last() else { return Ok(missing) };
        after = Some(*last);
        let mut commands = pipe();
        for key in &keys {
            commands.cmd("EXISTS").arg(names.answer(key));
        }
        let exist: Vec<bool> = connections.run(Repeat::Idempotent, |connection| commands.query(connection))?;
        let gone: Vec<&Key> = keys.iter().zip(exist).filter(|(_, exists)| !exists).map(|(key, _)| key).collect();
        if gone.is_empty() {
            continue;
        }
        // An answer that has expired meanwhile is no damage.
        let mut ends = cmd("ZMSCORE");
        ends.arg(&names.expiring);
        for key in &gone {
            ends.arg(key);
        }
        let ends: Vec<Option<f64>> = connections.run(Repeat::Idempotent, |connection| ends.query(connection))?;
        missing += ends.iter().filter(|end| end.is_none()).count() as u64;
        let mut removal = cmd("ZREM");
        removal.arg(&names.index);
        for key in &gone {
            removal.arg(key);
        }
        connections.run(Repeat::Idempotent, |connection| removal.exec(connection))?;
    }
}

/// Adds answers to the index that are not in it. Returns their number.
fn add_to_index(connections: &Connections, names: &Names) -> Result<u64> {
    let pattern = [names.answers(), b"*"].concat();
    let (mut added, mut cursor) = (0, 0_u64);
    loop {
        let mut command = cmd("SCAN");
        command.arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(PAGE);
        let (next, found): (u64, Vec<Vec<u8>>) =
            connections.run(Repeat::Idempotent, |connection| command.query(connection))?;
        let keys: Vec<Key> = found.iter().filter_map(|name| names.key(name)).collect();
        if !keys.is_empty() {
            let mut addition = cmd("ZADD");
            addition.arg(&names.index);
            for key in &keys {
                addition.arg(0).arg(key);
            }
            added += connections.run(Repeat::Idempotent, |connection| addition.query::<u64>(connection))?;
        }
        cursor = next;
        if cursor == 0 {
            return Ok(added);
        }
    }
}
