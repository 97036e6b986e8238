//! The table of answers: keys of 32 bytes to values that only the host understands.

use crate::tables::Table;
use heed::{RoTxn, RwTxn};
use rowsmith_plugin_api::prelude::Key;
use std::ops::Bound;

type Entries = Vec<(Key, Vec<u8>)>;

/// About how many bytes an entry takes beside its value.
const OVERHEAD: u64 = 64;

/// About how many bytes the entries take in the store.
pub(crate) fn size(entries: &Entries) -> u64 {
    entries.iter().map(|(_, value)| value.len() as u64 + OVERHEAD).sum()
}

/// Looks up keys; answers in their order.
pub(crate) fn get(table: Table, txn: &RoTxn<'_>, keys: &[Key]) -> heed::Result<Vec<Option<Vec<u8>>>> {
    keys.iter().map(|key| Ok(table.get(txn, key)?.map(<[u8]>::to_vec))).collect()
}

/// Stores entries; of equal keys the last wins.
pub(crate) fn put(table: Table, txn: &mut RwTxn<'_>, entries: &Entries) -> heed::Result<()> {
    entries.iter().try_for_each(|(key, value)| table.put(txn, key, value))
}

/// A page of entries in key order.
pub(crate) fn scan(table: Table, txn: &RoTxn<'_>, after: Option<&Key>, limit: usize) -> heed::Result<Entries> {
    let start = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.as_slice()));
    let mut page = Vec::new();
    for entry in table.range(txn, &(start, Bound::Unbounded))?.take(limit) {
        let (key, value) = entry?;
        page.push((whole(key)?, value.to_vec()));
    }
    Ok(page)
}

fn whole(key: &[u8]) -> heed::Result<Key> {
    key.try_into().map_err(|_| heed::Error::Decoding(format!("its key has {} bytes, not 32", key.len()).into()))
}

/// Removes keys; returns how many there were.
pub(crate) fn delete(table: Table, txn: &mut RwTxn<'_>, keys: &[Key]) -> heed::Result<u64> {
    keys.iter().try_fold(0, |count, key| Ok(count + u64::from(table.delete(txn, key)?)))
}

/// Removes all entries; returns how many there were.
pub(crate) fn clear(table: Table, txn: &mut RwTxn<'_>) -> heed::Result<u64> {
    let count = table.len(txn)?;
    table.clear(txn)?;
    Ok(count)
}

/// Walks all entries; returns a sentence for each damage.
pub(crate) fn verify(table: Table, txn: &RoTxn<'_>) -> heed::Result<Vec<String>> {
    let mut damage = Vec::new();
    let mut walked = 0;
    let mut previous: Option<&[u8]> = None;
    for entry in table.iter(txn)? {
        let (key, _) = entry?;
        walked += 1;
        if let Err(error) = whole(key) {
            damage.push(format!("entry {walked} is damaged: {error}"));
        }
        if previous.is_some_and(|previous| previous >= key) {
            damage.push(format!("entry {walked} is out of order"));
        }
        previous = Some(key);
    }
    let counted = table.len(txn)?;
    if counted != walked {
        damage.push(format!("{walked} entries can be reached, but the store counts {counted}"));
    }
    Ok(damage)
}
