//! The table of answers: keys of 32 bytes, and values that only the host interprets.

use crate::tables::Table;
use heed::{RoTxn, RwTxn};
use rowsmith_plugin_api::prelude::{Change, Key};
use std::ops::Bound;

type Entries = Vec<(Key, Vec<u8>)>;

/// Approximate bytes of an entry besides its value.
const OVERHEAD: u64 = 64;

/// Returns the approximate bytes of entries in the store.
pub(crate) fn size(entries: &Entries) -> u64 {
    entries.iter().map(|(_, value)| value.len() as u64 + OVERHEAD).sum()
}

/// Looks up keys. Returns the values in the order of the keys.
pub(crate) fn get(table: Table, txn: &RoTxn<'_>, keys: &[Key]) -> heed::Result<Vec<Option<Vec<u8>>>> {
    keys.iter().map(|key| Ok(table.get(txn, key)?.map(<[u8]>::to_vec))).collect()
}

/// Stores entries. The last of equal keys wins.
pub(crate) fn put(table: Table, txn: &mut RwTxn<'_>, entries: &Entries) -> heed::Result<()> {
    entries.iter().try_for_each(|(key, value)| table.put(txn, key, value))
}

/// Applies changes in their order.
pub(crate) fn apply(table: Table, txn: &mut RwTxn<'_>, changes: &[Change]) -> heed::Result<()> {
    changes.iter().try_for_each(|change| match change {
        Change::Put(key, value) => table.put(txn, key, value),
        Change::Delete(key) => table.delete(txn, key).map(drop),
    })
}

/// Returns the approximate bytes that changes add to the store.
pub(crate) fn size_of_changes(changes: &[Change]) -> u64 {
    let added = |change: &Change| if let Change::Put(_, value) = change { value.len() as u64 + OVERHEAD } else { 0 };
    changes.iter().map(added).sum()
}

/// Returns a page of entries in key order.
pub(crate) fn scan(table: Table, txn: &RoTxn<'_>, after: Option<&Key>, limit: usize) -> heed::Result<Entries> {
    let start = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.as_slice()));
    let mut page = Vec::new();
    for entry in table.range(txn, &(start, Bound::Unbounded))?.take(limit) {
        let (key, value) = entry?;
        page.push((to_key(key)?, value.to_vec()));
    }
    Ok(page)
}

fn to_key(key: &[u8]) -> heed::Result<Key> {
    key.try_into().map_err(|_| heed::Error::Decoding(format!("its key has {} bytes, expected 32", key.len()).into()))
}

/// Removes keys. Returns the number of removed entries.
pub(crate) fn delete(table: Table, txn: &mut RwTxn<'_>, keys: &[Key]) -> heed::Result<u64> {
    keys.iter().try_fold(0, |count, key| Ok(count + u64::from(table.delete(txn, key)?)))
}

/// Removes all entries. Returns their number.
pub(crate) fn clear(table: Table, txn: &mut RwTxn<'_>) -> heed::Result<u64> {
    let count = table.len(txn)?;
    table.clear(txn)?;
    Ok(count)
}

/// Reads all entries. Returns one sentence per damage.
pub(crate) fn verify(table: Table, txn: &RoTxn<'_>) -> heed::Result<Vec<String>> {
    let mut damage = Vec::new();
    let mut read = 0;
    let mut previous: Option<&[u8]> = None;
    for entry in table.iter(txn)? {
        let (key, _) = entry?;
        read += 1;
        if let Err(error) = to_key(key) {
            damage.push(format!("entry {read} is damaged: {error}"));
        }
        if previous.is_some_and(|previous| previous >= key) {
            damage.push(format!("entry {read} is out of order"));
        }
        previous = Some(key);
    }
    let counted = table.len(txn)?;
    if counted != read {
        damage.push(format!("{read} entries are readable, but the store counts {counted}"));
    }
    Ok(damage)
}
