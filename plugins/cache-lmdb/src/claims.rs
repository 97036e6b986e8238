//! The table of claims: who asks for which key at the moment, over all processes of the machine.

use crate::tables::Table;
use crate::transaction::Transactions;
use heed::RwTxn;
use rowsmith_plugin_api::prelude::{ClaimRequest, Key, Result};
use std::time::{SystemTime, UNIX_EPOCH};

/// One claim, as it is stored: three numbers in little-endian order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Claim {
    owner: u64,
    from_ms: u64,
    lease_ms: u64,
}

impl Claim {
    /// A record of another length cannot be a claim, and holds nobody up.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        match (words, rest) {
            ([owner, from_ms, lease_ms], []) => Some(Self {
                owner: u64::from_le_bytes(*owner),
                from_ms: u64::from_le_bytes(*from_ms),
                lease_ms: u64::from_le_bytes(*lease_ms),
            }),
            _ => None,
        }
    }

    fn encode(self) -> Vec<u8> {
        [self.owner, self.from_ms, self.lease_ms].into_iter().flat_map(u64::to_le_bytes).collect()
    }

    /// A claim from further ahead than its own length was made before the clock was put back: it would hold for too
    /// long, so it no longer counts. One from a little ahead was made by a process that was a moment faster.
    fn holds(self, now_ms: u64) -> bool {
        now_ms < self.from_ms.saturating_add(self.lease_ms) && self.from_ms <= now_ms.saturating_add(self.lease_ms)
    }
}

/// Grants each key that is free, expired or already the owner's; says which are granted.
pub(crate) fn claim(table: Table, txn: &mut RwTxn<'_>, request: &ClaimRequest) -> heed::Result<Vec<bool>> {
    let ours = Claim { owner: request.owner, from_ms: request.now_ms, lease_ms: request.lease_ms }.encode();
    let mut granted = Vec::with_capacity(request.keys.len());
    for key in &request.keys {
        let held = table.get(txn, key)?.and_then(Claim::decode);
        let free = held.is_none_or(|claim| claim.owner == request.owner || !claim.holds(request.now_ms));
        if free {
            table.put(txn, key, &ours)?;
        }
        granted.push(free);
    }
    Ok(granted)
}

/// Frees those of the keys that are the owner's.
pub(crate) fn release(table: Table, txn: &mut RwTxn<'_>, owner: u64, keys: &[Key]) -> heed::Result<()> {
    for key in keys {
        if table.get(txn, key)?.and_then(Claim::decode).is_some_and(|claim| claim.owner == owner) {
            table.delete(txn, key)?;
        }
    }
    Ok(())
}

/// Removes claims that hold no longer; returns how many.
///
/// # Errors
/// LMDB's own.
pub(crate) fn forget_expired(transactions: &Transactions, table: Table) -> Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    // Mostly there are none, and then no process has to be waited for.
    if transactions.read(|txn| table.is_empty(txn))? {
        return Ok(0);
    }
    transactions.write(0, |txn| {
        let mut expired = Vec::new();
        for entry in table.iter(txn)? {
            let (key, value) = entry?;
            if !Claim::decode(value).is_some_and(|claim| claim.holds(now_ms)) {
                expired.push(key.to_vec());
            }
        }
        expired.iter().try_fold(0, |count, key| Ok(count + u64::from(table.delete(txn, key)?)))
    })
}

#[cfg(test)]
mod tests {
    use super::Claim;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn a_claim_holds_for_its_lease_around_now() {
        let claim = Claim { owner: 1, from_ms: 1_000, lease_ms: 100 };
        let cases = [
            ("at once", 1_000, true),
            ("to the last moment", 1_099, true),
            ("expired", 1_100, false),
            ("another process was a moment slower", 990, true),
            ("the clock was put back", 10, false),
        ];
        for (case, now_ms, holds) in cases {
            assert_eq!(claim.holds(now_ms), holds, "{case}");
        }
    }

    proptest! {
        #[test]
        fn claims_survive_storage_and_other_bytes_are_none(owner in any::<u64>(), from_ms in any::<u64>(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let claim = Claim { owner, from_ms, lease_ms: 7 };
            assert_eq!(Claim::decode(&claim.encode()), Some(claim));
            assert_eq!(Claim::decode(&bytes).is_some(), bytes.len() == 24);
        }
    }
}
