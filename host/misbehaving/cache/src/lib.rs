//! A cache with the faults that its config names, for tests of the host.
//!
//! It holds its entries in memory, and in the file `path` if it is set.
#![forbid(unsafe_code)]

#[path = "../../fault.rs"]
mod fault;
mod file;

pub use fault::Config;

use fault::Fault;
use rowsmith_plugin_api::prelude::{
    Cache, CacheStats, Error, ErrorKind, Host, Key, LeaseRequest, QuotaRequest, Result, Store, export_plugin,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The cache.
#[derive(Debug)]
pub struct MisbehavingCache {
    fault: Fault,
    entries: Mutex<BTreeMap<Key, Vec<u8>>>,
}

impl MisbehavingCache {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<Key, Vec<u8>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reach(&self, method: &str) -> Result<()> {
        away(&self.fault, method)?;
        self.fault.reach(method).await
    }

    /// Returns the result of a lookup.
    fn found(&self, key: &Key) -> Option<Vec<u8>> {
        let entries = self.entries();
        let found = entries.get(key).cloned();
        match self.fault.0.mode.as_str() {
            "junk" => Some(b"junk".to_vec()),
            "flipped" => found.map(|mut value| {
                let middle = value.len() / 2;
                value[middle] ^= 1;
                value
            }),
            // The entry of another key.
            "mixed_up" => entries.iter().find(|(other, _)| *other != key).map(|(_, value)| value.clone()),
            _ => found,
        }
    }
}

/// The failed calls of a store that is unavailable.
static AWAY: AtomicU64 = AtomicU64::new(0);

/// Fails the first `number` calls of the method `at`, or of all methods.
fn away(fault: &Fault, method: &str) -> Result<()> {
    let is_here = fault.0.at.is_empty() || fault.0.at == method;
    if fault.is("away") && is_here && AWAY.fetch_add(1, Ordering::Relaxed) < fault.0.number {
        return Err(Error::new(ErrorKind::Retryable, "no connection to the store"));
    }
    Ok(())
}

impl Cache for MisbehavingCache {
    type Config = Config;

    fn new(config: Config, _: Host) -> Result<Self> {
        let fault = Fault(config);
        away(&fault, "new")?;
        fault.now("new")?;
        let entries = Mutex::new(file::read(&fault.0.path)?);
        Ok(Self { fault, entries })
    }

    fn store(&self) -> Store {
        // This method can panic, but not return an error.
        drop(self.fault.now("store"));
        Store::persistent("memory")
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        self.reach("get_many").await?;
        let mut values: Vec<_> = keys.iter().map(|key| self.found(key)).collect();
        match self.fault.0.mode.as_str() {
            "too_few" => drop(values.pop()),
            "too_many" => values.push(None),
            _ => {}
        }
        Ok(values)
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.reach("put_many").await?;
        self.entries().extend(entries);
        file::write(&self.fault.0.path, &self.entries())
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        self.reach("scan").await?;
        // Without `after`, a scan repeats endlessly.
        let after = after.filter(|_| !self.fault.is("circular"));
        let entries = self.entries();
        let rest = entries.iter().filter(|(key, _)| after.is_none_or(|after| **key > after));
        Ok(rest.take(limit).map(|(key, value)| (*key, value.clone())).collect())
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        self.reach("delete_many").await?;
        let mut entries = self.entries();
        Ok(keys.iter().map(|key| u64::from(entries.remove(key).is_some())).sum())
    }

    async fn clear(&self) -> Result<u64> {
        self.reach("clear").await?;
        let count = self.entries().len() as u64;
        self.entries().clear();
        Ok(count)
    }

    async fn stats(&self) -> Result<CacheStats> {
        self.reach("stats").await?;
        Ok(CacheStats { entries: self.entries().len() as u64, ..CacheStats::default() })
    }

    async fn verify(&self) -> Result<Vec<String>> {
        self.reach("verify").await?;
        Ok(Vec::new())
    }

    async fn acquire_quota(&self, _: QuotaRequest) -> Result<u64> {
        self.reach("acquire_quota").await?;
        Ok(if self.fault.is("wait_for_ever") { u64::MAX } else { 0 })
    }

    async fn lease_many(&self, request: LeaseRequest) -> Result<Vec<bool>> {
        self.reach("lease_many").await?;
        let granted = if self.fault.is("too_few_leases") { 1 } else { request.keys.len() };
        Ok(vec![true; granted])
    }

    async fn finish(&self) -> Result<()> {
        self.reach("finish").await
    }

    async fn release_many(&self, _: u64, _: &[Key]) -> Result<()> {
        self.reach("release_many").await
    }
}

export_plugin!(
    cache: MisbehavingCache,
    name = "misbehaving",
    about = "Has the faults that its config names",
    capabilities = ["coordination"],
);
