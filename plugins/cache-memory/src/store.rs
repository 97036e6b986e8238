//! The cache: a hash map behind a lock.
//!
//! Runs look up and store. Only maintenance scans, so a scan sorts its page instead of slowing down look-ups.

use crate::config::Config;
use crate::entries::Entries;
use crate::leases::Leases;
use crate::quota::Quotas;
use rowsmith_plugin_api::prelude::{Cache, CacheStats, Change, Host, Key, LeaseRequest, QuotaRequest, Result, Store};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// A cache that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryCache {
    answers: RwLock<Entries>,
    quotas: Mutex<Quotas>,
    leases: Mutex<Leases>,
}

/// Locks a mutex. No code panics while it holds a lock, so the value of a poisoned lock is consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryCache {
    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.answers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, entries: Vec<(Key, Vec<u8>)>, end: Option<Instant>) {
        let mut answers = self.write();
        answers.remove_expired(Instant::now());
        for (key, value) in entries {
            answers.put(key, value, end);
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
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
        let (answers, now) = (self.read(), Instant::now());
        Ok(keys.iter().map(|key| answers.get(key, now).cloned()).collect())
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.put(entries, None);
        Ok(())
    }

    async fn put_many_expiring(&self, entries: Vec<(Key, Vec<u8>)>, time_to_live: Duration) -> Result<()> {
        // An end beyond the range of the clock is never reached.
        self.put(entries, Instant::now().checked_add(time_to_live));
        Ok(())
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<()> {
        let (mut answers, now) = (self.write(), Instant::now());
        for change in changes {
            answers.apply(change, now);
        }
        Ok(())
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let (answers, now) = (self.read(), Instant::now());
        let mut keys: Vec<&Key> = answers.keys(now).filter(|key| after.is_none_or(|after| **key > after)).collect();
        if keys.len() > limit && limit > 0 {
            keys.select_nth_unstable(limit - 1);
        }
        keys.truncate(limit);
        keys.sort_unstable();
        Ok(keys.into_iter().filter_map(|key| Some((*key, answers.get(key, now)?.clone()))).collect())
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let (mut answers, now) = (self.write(), Instant::now());
        Ok(keys.iter().map(|key| u64::from(answers.delete(key, now))).sum())
    }

    async fn clear(&self) -> Result<u64> {
        let answers = std::mem::take(&mut *self.write());
        Ok(answers.keys(Instant::now()).count() as u64)
    }

    async fn stats(&self) -> Result<CacheStats> {
        let (answers, now) = (self.read(), Instant::now());
        let lengths = answers.keys(now).filter_map(|key| Some(key.len() + answers.get(key, now)?.len()));
        let (entries, bytes) = lengths.fold((0, 0), |(count, sum), length| (count + 1, sum + length as u64));
        Ok(CacheStats { entries, bytes: Some(bytes), details: Vec::new() })
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
