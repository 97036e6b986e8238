//! Changes of entries that are applied together.

use super::Key;

/// One change of [`Cache::apply`](super::Cache::apply).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Stores a value, without expiry.
    Put(Key, Vec<u8>),
    /// Removes an entry, if it exists.
    Delete(Key),
}

impl Change {
    /// The key that changes.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }
}
