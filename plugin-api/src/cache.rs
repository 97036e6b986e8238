//! Where answers are kept.
//!
//! A cache stores opaque values under keys of 32 bytes. The host puts format, key and checksum into every
//! value and checks them on every read, so a store need not; it must only never mix up keys.

use crate::envelope::{Reader, put_length};
use crate::error::{Error, ErrorKind, Result};
use crate::host::Host;
pub use crate::lease::LeaseRequest as ClaimRequest;
pub use crate::quota::{QuotaRequest, QuotaWindow};
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::hash::{BuildHasherDefault, Hasher};

/// How many entries are looked at together where a store has no better way.
const PAGE: usize = 256;

/// The identity of one question.
pub type Key = [u8; 32];

/// A hash map by key. Keys are hashes already, so a part of each serves as its hash.
pub type KeyMap<V> = std::collections::HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// Takes the hash from the key itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*first);
        }
    }

    // The length of a key is the same for all.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A store of answers. The host calls it on threads where blocking is fine, several calls at once.
pub trait Cache: Send + Sync + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Makes the cache and opens its store.
    ///
    /// # Errors
    /// [`Error::config`] when the config cannot work; [`ErrorKind::Corrupt`], [`ErrorKind::Busy`] or
    /// [`ErrorKind::Io`] when the store cannot be used.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Where the store is.
    fn store(&self) -> Store;

    /// Looks up many keys; answers in their order.
    fn get_many(&self, keys: &[Key]) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>>> + Send;

    /// Stores many values. They are durable when this returns: all of them or, after an error, none.
    fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> impl Future<Output = Result<()>> + Send;

    /// Up to `limit` entries whose keys come after `after`, in key order.
    fn scan(&self, after: Option<Key>, limit: usize) -> impl Future<Output = Result<Vec<(Key, Vec<u8>)>>> + Send;

    /// Removes many keys; returns how many there were.
    fn delete_many(&self, keys: &[Key]) -> impl Future<Output = Result<u64>> + Send;

    /// Removes everything; returns how many entries there were. Without an own one: by scanning and deleting.
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

    /// Counts and sizes. Without an own one: by scanning.
    fn stats(&self) -> impl Future<Output = Result<CacheStats>> + Send {
        async {
            let (mut entries, mut bytes) = (0, 0);
            let mut after = None;
            loop {
                let page = self.scan(after, PAGE).await?;
                let Some((last, _)) = page.last() else {
                    return Ok(CacheStats { entries, bytes: Some(bytes), facts: Vec::new() });
                };
                after = Some(*last);
                entries += page.len() as u64;
                bytes += page.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum::<u64>();
            }
        }
    }

    /// Checks the store itself, below the entries; returns one sentence for each damage.
    fn verify(&self) -> impl Future<Output = Result<Vec<String>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Takes room in a quota that all users of the store share (capability `coordination`).
    /// Returns how many milliseconds to wait before trying again, or 0 when the room is taken.
    fn acquire(&self, _request: QuotaRequest) -> impl Future<Output = Result<u64>> + Send {
        async { Err(Error::unsupported("acquire")) }
    }

    /// Claims keys so that no other user asks for them at the same time (capability `coordination`).
    /// Returns, for each key, whether it is now `owner`'s.
    fn claim_many(&self, _request: ClaimRequest) -> impl Future<Output = Result<Vec<bool>>> + Send {
        async { Err(Error::unsupported("claim_many")) }
    }

    /// Gives claims back.
    fn release_many(&self, _owner: u64, _keys: &[Key]) -> impl Future<Output = Result<()>> + Send {
        async { Err(Error::unsupported("release_many")) }
    }
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Store {
    /// A path or an address, for people.
    pub name: String,
    /// The canonical path, when it is one; the host refuses to open one path twice.
    pub path: Option<String>,
    /// Whether it outlives the process.
    pub persistent: bool,
}

impl Store {
    /// A store that is gone with the process.
    pub fn temporary(name: impl Into<String>) -> Self {
        Self { name: name.into(), path: None, persistent: false }
    }
}

/// Counts and sizes of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct CacheStats {
    /// How many entries there are.
    pub entries: u64,
    /// Bytes on disk or in memory, when known.
    pub bytes: Option<u64>,
    /// Further facts, for people.
    pub facts: Vec<(String, String)>,
}

pub(crate) fn encode_keys(out: &mut Vec<u8>, keys: &[Key]) -> Result<()> {
    put_length(out, keys.len())?;
    out.extend(keys.iter().flatten());
    Ok(())
}

pub(crate) fn decode_keys(reader: &mut Reader<'_>) -> Result<Vec<Key>> {
    let count = reader.length()?;
    let bytes =
        count.checked_mul(32).ok_or_else(|| Error::new(ErrorKind::InvalidData, "more keys than there can be"))?;
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

/// The length that stands for "not there" among answers.
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

/// Reads looked-up values one by one, without copying them.
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
        Err(Error::new(
            ErrorKind::InvalidData,
            format!("there are more values than the {count} keys that were looked up"),
        ))
    }
}
