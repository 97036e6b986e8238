//! Bytes that one side of the boundary allocates and the other reads or frees.

use abi_stable::std_types::RVec;
use std::fmt;
use std::ops::Deref;

/// Owned bytes with their allocator, so that either side can free them.
#[derive(Clone, Default)]
pub struct Buffer(RVec<u8>);

impl Buffer {
    /// Converts to a `Vec`; copies if another library allocated the bytes.
    pub fn into_vec(self) -> Vec<u8> {
        self.0.into_vec()
    }

    pub(crate) fn into_raw(self) -> RVec<u8> {
        self.0
    }

    pub(crate) fn from_raw(raw: RVec<u8>) -> Self {
        Self(raw)
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        Self(RVec::from(bytes))
    }
}

impl From<String> for Buffer {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({} bytes)", self.0.len())
    }
}
