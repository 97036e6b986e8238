//! Keys of entries.

use std::hash::{BuildHasherDefault, Hasher};

/// Identity of one question.
pub type Key = [u8; 32];

/// A hash map by key. A key is a hash itself, so a part of it serves as its hash.
pub type KeyMap<V> = std::collections::HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// Uses the first bytes of a key as its hash.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*first);
        }
    }

    // All keys have the same length.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
