//! The table of leases: keys that a process of the machine asks for at the moment.

use crate::boot_time::shifted;
use crate::tables::Table;
use crate::transaction::Transactions;
use heed::RwTxn;
use rowsmith_plugin_api::lease::Lease;
use rowsmith_plugin_api::prelude::{Key, LeaseRequest, Result};
use std::time::{SystemTime, UNIX_EPOCH};

/// Grants each key that is free, expired or already the owner's. Returns whether each key was granted.
///
/// A damaged record blocks no one.
pub(crate) fn acquire(table: Table, txn: &mut RwTxn<'_>, request: &LeaseRequest) -> heed::Result<Vec<bool>> {
    let lease = Lease::of(request).to_bytes();
    let mut granted = Vec::with_capacity(request.keys.len());
    for key in &request.keys {
        let held = table.get(txn, key)?.and_then(Lease::from_bytes);
        let is_free = held.is_none_or(|held| !held.blocks(request));
        if is_free {
            table.put(txn, key, &lease)?;
        }
        granted.push(is_free);
    }
    Ok(granted)
}

/// Releases those of the keys that are the owner's.
pub(crate) fn release(table: Table, txn: &mut RwTxn<'_>, owner: u64, keys: &[Key]) -> heed::Result<()> {
    for key in keys {
        if table.get(txn, key)?.and_then(Lease::from_bytes).is_some_and(|lease| lease.is_of(owner)) {
            table.delete(txn, key)?;
        }
    }
    Ok(())
}

/// Removes expired leases and damaged records. Returns their number.
///
/// # Errors
/// LMDB's own.
pub(crate) fn remove_expired(transactions: &Transactions, table: Table, shift_ms: i64) -> Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_ms = shifted(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), shift_ms);
    // An empty table is the common case, and reading it waits for no other process.
    if transactions.read(|txn| table.is_empty(txn))? {
        return Ok(0);
    }
    transactions.write(0, move |txn| {
        let mut expired = Vec::new();
        for entry in table.iter(txn)? {
            let (key, value) = entry?;
            if !Lease::from_bytes(value).is_some_and(|lease| lease.is_active(now_ms)) {
                expired.push(key.to_vec());
            }
        }
        expired.iter().try_fold(0, |count, key| Ok(count + u64::from(table.delete(txn, key)?)))
    })
}
