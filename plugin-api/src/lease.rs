//! Leases on keys: the user of a shared store that asks for a key at the moment.

use crate::cache::Key;

/// A request for leases, so that two users of a store do not ask for the same keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Identity of the user: random for each run.
    pub owner: u64,
    /// Current time of the host's clock, in milliseconds since 1970.
    pub now_ms: u64,
    /// Duration of the leases in milliseconds, unless they are renewed.
    pub lease_ms: u64,
    /// Keys to lease.
    pub keys: Vec<Key>,
}

/// A lease that was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    owner: u64,
    from_ms: u64,
    duration_ms: u64,
}

impl Lease {
    /// The lease that a request asks for.
    pub fn of(request: &LeaseRequest) -> Self {
        Self { owner: request.owner, from_ms: request.now_ms, duration_ms: request.lease_ms }
    }

    /// Returns true if the lease is the owner's, expired or not.
    pub fn is_of(self, owner: u64) -> bool {
        self.owner == owner
    }

    /// Returns true if the lease has not expired.
    ///
    /// A lease from further ahead than its own duration was granted before the clock was set back. It would last too
    /// long, so it does not count. A process with a slightly faster clock grants leases from slightly ahead.
    pub fn is_active(self, now_ms: u64) -> bool {
        now_ms < self.from_ms.saturating_add(self.duration_ms)
            && self.from_ms <= now_ms.saturating_add(self.duration_ms)
    }

    /// Returns true if the key is another owner's, so that the request must be refused.
    pub fn blocks(self, request: &LeaseRequest) -> bool {
        !self.is_of(request.owner) && self.is_active(request.now_ms)
    }

    /// Reads what [`Lease::to_bytes`] wrote; `None` for bytes of another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let ([owner, from_ms, duration_ms], []) = (words, rest) else { return None };
        let number = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        Some(Self { owner: number(owner), from_ms: number(from_ms), duration_ms: number(duration_ms) })
    }

    /// The stored form: owner, start and duration, little-endian, 8 bytes each.
    pub fn to_bytes(self) -> Vec<u8> {
        [self.owner, self.from_ms, self.duration_ms].into_iter().flat_map(u64::to_le_bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    fn request(owner: u64, now_ms: u64) -> LeaseRequest {
        LeaseRequest { owner, now_ms, lease_ms: 100, keys: Vec::new() }
    }

    #[test]
    fn a_lease_is_active_for_its_duration() {
        let lease = Lease::of(&request(1, 1_000));
        let cases = [
            ("at once", 1_000, true),
            ("until the last moment", 1_099, true),
            ("expired", 1_100, false),
            ("the clock of another process is slightly behind", 990, true),
            ("the clock was set back", 10, false),
        ];
        for (case, now_ms, active) in cases {
            assert_eq!(lease.is_active(now_ms), active, "{case}");
            assert_eq!(lease.blocks(&request(2, now_ms)), active, "{case}");
            assert!(!lease.blocks(&request(1, now_ms)), "{case}: an owner renews its own lease");
        }
    }

    proptest! {
        #[test]
        fn leases_survive_storage(owner in any::<u64>(), now_ms in any::<u64>(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let lease = Lease::of(&request(owner, now_ms));
            prop_assert_eq!(Lease::from_bytes(&lease.to_bytes()), Some(lease));
            prop_assert_eq!(Lease::from_bytes(&bytes).is_some(), bytes.len() == 24);
        }
    }
}
