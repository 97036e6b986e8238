//! Bytes that were allocated on one side of the boundary and are read, or freed, on the other.

use abi_stable::std_types::RVec;
use std::fmt;
use std::ops::Deref;

/// An owned run of bytes that carries its allocator with it, so that either side may free it.
#[derive(Clone, Default)]
pub struct Buffer(RVec<u8>);

impl Buffer {
    /// The bytes as a `Vec`; copies when they were allocated by another library.
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
