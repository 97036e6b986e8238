//! The table of answers. Every function runs in a transaction of its caller.

use rowsmith_plugin_api::prelude::Key;
use rusqlite::{OptionalExtension as _, Result, Transaction};

type Entries = Vec<(Key, Vec<u8>)>;

/// Looks up keys. Returns the values in the order of the keys.
pub(crate) fn get(transaction: &Transaction<'_>, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
    let mut statement = transaction.prepare("SELECT value FROM answers WHERE key = ?1")?;
    keys.iter().map(|key| statement.query_row([key], |row| row.get(0)).optional()).collect()
}

/// Stores entries. The last of equal keys wins.
pub(crate) fn put(transaction: &Transaction<'_>, entries: &Entries) -> Result<()> {
    let mut statement = transaction.prepare("INSERT OR REPLACE INTO answers (key, value) VALUES (?1, ?2)")?;
    entries.iter().try_for_each(|(key, value)| statement.execute((key, value)).map(drop))
}

/// Returns a page of entries in key order. SQLite compares blobs byte by byte, as keys are.
pub(crate) fn scan(transaction: &Transaction<'_>, after: Option<Key>, limit: usize) -> Result<Entries> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // Every key comes after the empty blob.
    let after = after.map_or_else(Vec::new, |key| key.to_vec());
    let mut statement = transaction.prepare("SELECT key, value FROM answers WHERE key > ?1 ORDER BY key LIMIT ?2")?;
    statement.query_map((after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Removes keys. Returns the number of removed entries.
pub(crate) fn delete(transaction: &Transaction<'_>, keys: &[Key]) -> Result<u64> {
    let mut statement = transaction.prepare("DELETE FROM answers WHERE key = ?1")?;
    keys.iter().try_fold(0, |count, key| Ok(count + statement.execute([key])? as u64))
}

/// Removes all entries. Returns their number.
pub(crate) fn clear(transaction: &Transaction<'_>) -> Result<u64> {
    transaction.execute("DELETE FROM answers", []).map(|count| count as u64)
}

/// Returns the number of entries.
pub(crate) fn count(transaction: &Transaction<'_>) -> Result<u64> {
    transaction.query_row("SELECT count(*) FROM answers", [], |row| row.get(0))
}

/// Returns the bytes of the file's pages.
pub(crate) fn bytes(transaction: &Transaction<'_>) -> Result<u64> {
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    Ok(number("page_count")?.saturating_mul(number("page_size")?))
}

/// Checks the file. Returns one sentence per damage.
pub(crate) fn verify(transaction: &Transaction<'_>) -> Result<Vec<String>> {
    let mut statement = transaction.prepare("PRAGMA integrity_check")?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
