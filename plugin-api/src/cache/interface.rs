//! The trait that a cache implements.

use super::{CacheStats, Change, Key, Store};
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::lease::LeaseRequest;
use crate::quota::QuotaRequest;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::time::Duration;

/// Number of entries per scan in the default methods.
const PAGE: usize = 256;

/// A store of answers. The host runs several calls at once, on threads that may block.
///
/// The host retries a call that fails with [`ErrorKind::Retryable`] or [`ErrorKind::Busy`], so every method must allow
/// that a call is retried whose effect has taken place.
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
    /// Returns 0 when all windows had room and were charged. Otherwise no window is charged, and the result is the milliseconds
    /// to wait before the next try. The time is that of the store's clock ([`Store::clock`]). See
    /// [`quota::acquire`](crate::quota::acquire).
    fn acquire_quota(&self, _request: QuotaRequest) -> impl Future<Output = Result<u64>> + Send {
        async { Err(Error::unsupported("acquire_quota")) }
    }

    /// Leases keys, so that no other user asks for them at the same time (capability `coordination`).
    ///
    /// Returns whether each key was granted. A lease that the owner has already is renewed. The time is that of the
    /// store's clock ([`Store::clock`]). See [`Lease`](crate::lease::Lease).
    fn lease_many(&self, _request: LeaseRequest) -> impl Future<Output = Result<Vec<bool>>> + Send {
        async { Err(Error::unsupported("lease_many")) }
    }

    /// Releases the leases of an owner (capability `coordination`). Leases of other owners stay.
    fn release_many(&self, _owner: u64, _keys: &[Key]) -> impl Future<Output = Result<()>> + Send {
        async { Err(Error::unsupported("release_many")) }
    }

    /// Stores values that expire (capability `expiry`). Otherwise as [`Cache::put_many`].
    ///
    /// After the time to live, by the clock of the store, an entry does not exist: no method returns, counts or removes
    /// it. Any later put of the key replaces its value and its expiry.
    fn put_many_expiring(
        &self,
        _entries: Vec<(Key, Vec<u8>)>,
        _time_to_live: Duration,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Err(Error::unsupported("put_many_expiring")) }
    }

    /// Applies changes in their order, all or none (capability `transactions`).
    ///
    /// All of them are durable when this returns; after an error, or the death of the process, none is applied. Another
    /// call observes all of them or none.
    fn apply(&self, _changes: Vec<Change>) -> impl Future<Output = Result<()>> + Send {
        async { Err(Error::unsupported("apply")) }
    }

    /// Ends the use of the store by a run, after its last call; a killed run does not get here.
    ///
    /// Entries are durable before. The default does nothing.
    fn finish(&self) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}
