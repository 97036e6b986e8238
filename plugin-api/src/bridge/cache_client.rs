//! The host side of the bridge for a cache.

use super::client::Remote;
use super::method;
use crate::cache::{CacheStats, Change, Key, Store, wire};
use crate::envelope::{Reader, put_length};
use crate::error::{Error, Result};
use crate::lease::LeaseRequest;
use crate::quota::QuotaRequest;
use rowsmith_abi::Buffer;
use std::time::Duration;

/// Values that were looked up, in the order of their keys.
pub struct Values {
    bytes: Buffer,
    count: usize,
    cache: Remote,
}

impl Values {
    /// Returns the values; `None` for a cache miss.
    ///
    /// # Errors
    /// If the cache answered with something else.
    pub fn all(&self) -> Result<Vec<Option<&[u8]>>> {
        let values = wire::decode_values(&self.bytes, self.count);
        values.map_err(|error| self.cache.unreadable(method::GET_MANY, error))
    }
}

/// A cache behind the bridge.
#[derive(Clone)]
pub struct CacheClient(pub Remote);

impl CacheClient {
    /// See [`crate::Cache::store`].
    ///
    /// # Errors
    /// If the cache panics.
    pub async fn store(&self) -> Result<Store> {
        self.0.json(method::STORE, Buffer::default()).await
    }

    /// See [`crate::Cache::get_many`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn get_many(&self, keys: &[Key]) -> Result<Values> {
        let mut payload = Vec::with_capacity(4 + keys.len() * 32);
        wire::encode_keys(&mut payload, keys)?;
        let bytes = self.0.call(method::GET_MANY, Buffer::from(payload)).await?;
        Ok(Values { bytes, count: keys.len(), cache: self.0.clone() })
    }

    /// See [`crate::Cache::put_many`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn put_many(&self, entries: &[(Key, Vec<u8>)]) -> Result<()> {
        let mut payload = Vec::with_capacity(4 + entries.iter().map(|(_, v)| 36 + v.len()).sum::<usize>());
        wire::encode_entries(&mut payload, entries.iter().map(|(k, v)| (k, v.as_slice())))?;
        self.0.call(method::PUT_MANY, Buffer::from(payload)).await.map(drop)
    }

    /// See [`crate::Cache::scan`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let mut payload = Vec::new();
        put_length(&mut payload, limit)?;
        wire::encode_keys(&mut payload, after.as_slice())?;
        self.0.read(method::SCAN, Buffer::from(payload), |reply| wire::decode_entries(Reader { rest: reply })).await
    }

    /// See [`crate::Cache::delete_many`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let mut payload = Vec::new();
        wire::encode_keys(&mut payload, keys)?;
        self.0.json(method::DELETE_MANY, Buffer::from(payload)).await
    }

    /// See [`crate::Cache::clear`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn clear(&self) -> Result<u64> {
        self.0.json(method::CLEAR, Buffer::default()).await
    }

    /// See [`crate::Cache::stats`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn stats(&self) -> Result<CacheStats> {
        self.0.json(method::STATS, Buffer::default()).await
    }

    /// See [`crate::Cache::verify`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn verify(&self) -> Result<Vec<String>> {
        self.0.json(method::VERIFY_STORE, Buffer::default()).await
    }

    /// See [`crate::Cache::acquire_quota`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn acquire_quota(&self, request: &QuotaRequest) -> Result<u64> {
        self.0.json(method::ACQUIRE_QUOTA, Buffer::from(serde_json::to_vec(request)?)).await
    }

    /// See [`crate::Cache::lease_many`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn lease_many(&self, request: &LeaseRequest) -> Result<Vec<bool>> {
        let read = |reply: &[u8]| {
            let granted: Vec<bool> = serde_json::from_slice(reply)?;
            wire::expect_count("lease", granted.len(), request.keys.len())?;
            Ok(granted)
        };
        self.0.read(method::LEASE_MANY, encode_lease(request)?, read).await
    }

    /// See [`crate::Cache::release_many`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn release_many(&self, owner: u64, keys: &[Key]) -> Result<()> {
        let request = LeaseRequest { owner, now_ms: 0, lease_ms: 0, keys: keys.to_vec() };
        self.0.call(method::RELEASE_MANY, encode_lease(&request)?).await.map(drop)
    }

    /// See [`crate::Cache::put_many_expiring`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn put_many_expiring(&self, entries: &[(Key, Vec<u8>)], time_to_live: Duration) -> Result<()> {
        let mut payload = Vec::new();
        wire::encode_time_to_live(&mut payload, time_to_live);
        wire::encode_entries(&mut payload, entries.iter().map(|(k, v)| (k, v.as_slice())))?;
        self.0.call(method::PUT_MANY_EXPIRING, Buffer::from(payload)).await.map(drop)
    }

    /// See [`crate::Cache::apply`].
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn apply(&self, changes: &[Change]) -> Result<()> {
        self.0.call(method::APPLY, Buffer::from(wire::encode_changes(changes)?)).await.map(drop)
    }

    /// See [`crate::Cache::finish`]. Plugins built before 0.3.0 have nothing to end.
    ///
    /// # Errors
    /// Errors of the cache.
    pub async fn finish(&self) -> Result<()> {
        Error::optional(self.0.call(method::FINISH_CACHE, Buffer::default()).await).map(drop)
    }
}

fn encode_lease(request: &LeaseRequest) -> Result<Buffer> {
    let mut payload = Vec::with_capacity(28 + request.keys.len() * 32);
    for number in [request.owner, request.now_ms, request.lease_ms] {
        payload.extend_from_slice(&number.to_le_bytes());
    }
    wire::encode_keys(&mut payload, &request.keys)?;
    Ok(Buffer::from(payload))
}
