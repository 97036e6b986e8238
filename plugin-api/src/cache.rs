//! The cache trait: storage of answers.
//!
//! A cache stores opaque values under keys of 32 bytes. The host writes format, key and checksum into every value and
//! checks them on every read. A store does not need checks of its own; it must never mix up keys.

use crate::envelope::{Reader, put_length};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Host;
use crate::lease::LeaseRequest;
use crate::quota::QuotaRequest;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::hash::{BuildHasherDefault, Hasher};

/// Number of entries per scan in the default methods.
const PAGE: usize = 256;

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

/// A store of answers. The host runs several calls at once, on threads that may block.
pub trait Cache: Send + Sync + Sized + 'static {
    /// Settings of the plugin.
    type Config: DeserializeOwned + ConfigSchema;

    /// Creates the cache and opens its store.
    ///
    /// # Errors
    /// [`Error::config`] when a setting is invalid; [`ErrorKind::Corrupt`], [`ErrorKind::Busy`] or [`ErrorKind::Io`] when
    /// the store is unusable.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Describes the store.
    fn store(&self) -> Store;

    /// Looks up keys. Returns the values in the order of the keys.
    fn get_many(&self, keys: &[Key]) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>>> + Send;

    /// Stores values. All of them are durable when this returns; after an error, none is stored.
    fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> impl Future<Output = Result<()>> + Send;

    /// Returns up to `limit` entries with keys after `after`, in key order.
    fn scan(&self, after: Option<Key>, limit: usize) -> impl Future<Output = Result<Vec<(Key, Vec<u8>)>>> + Send;

    /// Removes keys. Returns the number of removed entries.
    fn delete_many(&self, keys: &[Key]) -> impl Future<Output = Result<u64>> + Send;

    /// Removes all entries. Returns their number. The default scans and deletes.
    fn clear(&self) -> impl Future<Output = Result<u64>> + Send {
        async {
            let mut removed = 0;
            let mut after = None;
            loop {
                let keys: Vec<Key> = self.scan(after, PAGE).await?.into_iter().map(|(key, _)| key).collect();
                let Some(last) = keys.last() else { return Ok(removed) };
                after = Some(*last);
                removed += self.delete_many(&keys).await?;
            }
        }
    }

    /// Returns counts and sizes. The default scans.
    fn stats(&self) -> impl Future<Output = Result<CacheStats>> + Send {
        async {
            let (mut entries, mut bytes) = (0, 0);
            let mut after = None;
            loop {
                let page = self.scan(after, PAGE).await?;
                let Some((last, _)) = page.last() else {
                    return Ok(CacheStats { entries, bytes: Some(bytes), details: Vec::new() });
                };
                after = Some(*last);
                entries += page.len() as u64;
                bytes += page.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum::<u64>();
            }
        }
    }

    /// Verifies the structure of the store below the entries. Returns one sentence per damage.
    fn verify(&self) -> impl Future<Output = Result<Vec<String>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Takes room in a quota that all users of the store share (capability `coordination`).
    ///
    /// Returns 0 when the room was taken, otherwise the milliseconds to wait before the next try. See
    /// [`quota::acquire`](crate::quota::acquire).
    fn acquire_quota(&self, _request: QuotaRequest) -> impl Future<Output = Result<u64>> + Send {
        async { Err(Error::unsupported("acquire_quota")) }
    }

    /// Leases keys, so that no other user asks for them at the same time (capability `coordination`).
    ///
    /// Returns whether each key was granted. See [`Lease`](crate::lease::Lease).
    fn lease_many(&self, _request: LeaseRequest) -> impl Future<Output = Result<Vec<bool>>> + Send {
        async { Err(Error::unsupported("lease_many")) }
    }

    /// Releases the leases of an owner (capability `coordination`).
    fn release_many(&self, _owner: u64, _keys: &[Key]) -> impl Future<Output = Result<()>> + Send {
        async { Err(Error::unsupported("release_many")) }
    }
}

/// Description of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Store {
    /// Path or address, for messages.
    pub name: String,
    /// Canonical path of a store in the file system. The host refuses to open one path twice.
    pub path: Option<String>,
    /// True if the store outlives the process.
    pub persistent: bool,
}

impl Store {
    /// Describes a store that ends with the process.
    pub fn temporary(name: impl Into<String>) -> Self {
        Self { name: name.into(), path: None, persistent: false }
    }
}

/// Counts and sizes of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct CacheStats {
    /// Number of entries.
    pub entries: u64,
    /// Size on disk or in memory in bytes, if known.
    pub bytes: Option<u64>,
    /// Names and values of further figures.
    #[serde(rename = "facts")]
    pub details: Vec<(String, String)>,
}

pub(crate) fn encode_keys(out: &mut Vec<u8>, keys: &[Key]) -> Result<()> {
    put_length(out, keys.len())?;
    out.extend(keys.iter().flatten());
    Ok(())
}

pub(crate) fn decode_keys(reader: &mut Reader<'_>) -> Result<Vec<Key>> {
    let count = reader.length()?;
    let bytes =
        count.checked_mul(32).ok_or_else(|| Error::new(ErrorKind::InvalidData, "the number of keys is too large"))?;
    let (keys, _) = reader.take(bytes)?.as_chunks::<32>();
    Ok(keys.to_vec())
}

pub(crate) fn encode_entries<'a>(
    out: &mut Vec<u8>,
    entries: impl ExactSizeIterator<Item = (&'a Key, &'a [u8])>,
) -> Result<()> {
    put_length(out, entries.len())?;
    for (key, value) in entries {
        out.extend_from_slice(key);
        put_length(out, value.len())?;
        out.extend_from_slice(value);
    }
    Ok(())
}

pub(crate) fn decode_entries(bytes: &[u8]) -> Result<Vec<(Key, Vec<u8>)>> {
    let mut reader = Reader { rest: bytes };
    let count = reader.length()?;
    let mut entries = Vec::with_capacity(count.min(65_536));
    for _ in 0..count {
        let mut key = [0; 32];
        key.copy_from_slice(reader.take(32)?);
        let len = reader.length()?;
        entries.push((key, reader.take(len)?.to_vec()));
    }
    Ok(entries)
}

/// Length that marks a missing value.
const MISS: u32 = u32::MAX;

pub(crate) fn encode_values(values: &[Option<Vec<u8>>]) -> Result<Vec<u8>> {
    let total = values.iter().map(|v| 4 + v.as_ref().map_or(0, Vec::len)).sum();
    let mut out = Vec::with_capacity(total);
    for value in values {
        match value {
            None => out.extend_from_slice(&MISS.to_le_bytes()),
            Some(bytes) => {
                put_length(&mut out, bytes.len())?;
                out.extend_from_slice(bytes);
            }
        }
    }
    Ok(out)
}

/// Decodes looked-up values without copying them.
pub(crate) fn decode_values(bytes: &[u8], count: usize) -> Result<Vec<Option<&[u8]>>> {
    let mut reader = Reader { rest: bytes };
    let values = (0..count).map(|_| match reader.u32()? {
        MISS => Ok(None),
        len => reader.take(len as usize).map(Some),
    });
    let values = values.collect::<Result<Vec<_>>>()?;
    if reader.rest.is_empty() {
        Ok(values)
    } else {
        Err(Error::new(ErrorKind::InvalidData, format!("more values than the {count} requested keys")))
    }
}
