//! The cache: a hash map behind a lock.
//!
//! Runs look up and store. Only maintenance scans, so a scan sorts its page instead of slowing down look-ups.

use crate::config::Config;
use crate::leases::Leases;
use crate::quota::Quotas;
use rowsmith_plugin_api::cache::KeyMap;
use rowsmith_plugin_api::prelude::{Cache, CacheStats, Host, Key, LeaseRequest, QuotaRequest, Result, Store};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A cache that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryCache {
    answers: RwLock<KeyMap<Vec<u8>>>,
    quotas: Mutex<Quotas>,
    leases: Mutex<Leases>,
}

/// Locks a mutex. No code panics while it holds a lock, so the value of a poisoned lock is consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryCache {
    fn read(&self) -> RwLockReadGuard<'_, KeyMap<Vec<u8>>> {
        self.answers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, KeyMap<Vec<u8>>> {
        self.answers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cache for MemoryCache {
    type Config = Config;

    fn new(_config: Config, _host: Host) -> Result<Self> {
        Ok(Self::default())
    }

    fn store(&self) -> Store {
        Store::temporary("memory")
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        let answers = self.read();
        Ok(keys.iter().map(|key| answers.get(key).cloned()).collect())
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.write().extend(entries);
        Ok(())
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let answers = self.read();
        let mut keys: Vec<&Key> = answers.keys().filter(|key| after.is_none_or(|after| **key > after)).collect();
        if keys.len() > limit && limit > 0 {
            keys.select_nth_unstable(limit - 1);
        }
        keys.truncate(limit);
        keys.sort_unstable();
        Ok(keys.into_iter().filter_map(|key| Some((*key, answers.get(key)?.clone()))).collect())
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let mut answers = self.write();
        Ok(keys.iter().map(|key| u64::from(answers.remove(key).is_some())).sum())
    }

    async fn clear(&self) -> Result<u64> {
        let answers = std::mem::take(&mut *self.write());
        Ok(answers.len() as u64)
    }

    async fn stats(&self) -> Result<CacheStats> {
        let answers = self.read();
        let bytes = answers.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum();
        Ok(CacheStats { entries: answers.len() as u64, bytes: Some(bytes), details: Vec::new() })
    }

    async fn acquire_quota(&self, request: QuotaRequest) -> Result<u64> {
        Ok(lock(&self.quotas).acquire(&request))
    }

    async fn lease_many(&self, request: LeaseRequest) -> Result<Vec<bool>> {
        Ok(lock(&self.leases).acquire(&request))
    }

    async fn release_many(&self, owner: u64, keys: &[Key]) -> Result<()> {
        lock(&self.leases).release(owner, keys);
        Ok(())
    }
}
