//! The implementation of the cache trait. Each call is one transaction.

use crate::config::Config;
use crate::inspect::{DATA_FILE, inspect};
use crate::tables::Tables;
use crate::transaction::Transactions;
use crate::{answers, leases, open, quota};
use rowsmith_plugin_api::prelude::{
    Cache, CacheStats, Change, Error, Host, Key, LeaseRequest, QuotaRequest, Result, Store,
};

/// A cache in an LMDB store.
#[derive(Debug)]
pub struct LmdbCache {
    transactions: Transactions,
    tables: Tables,
}

impl Cache for LmdbCache {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        let (transactions, tables) = open::open(&config)?;
        Ok(Self { transactions, tables })
    }

    fn store(&self) -> Store {
        let path = self.transactions.folder().display().to_string();
        Store::persistent(&path).with_path(path)
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        self.transactions.read(|txn| answers::get(self.tables.answers, txn, keys))
    }

    async fn put_many(&self, mut entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        // Sorted keys are faster to write. The sort is stable, so the last of equal keys still wins.
        entries.sort_by_key(|(key, _)| *key);
        let size = answers::size(&entries);
        self.transactions.write(size, |txn| answers::put(self.tables.answers, txn, &entries))
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<()> {
        let size = answers::size_of_changes(&changes);
        self.transactions.write(size, |txn| answers::apply(self.tables.answers, txn, &changes))
    }

    async fn finish(&self) -> Result<()> {
        self.transactions.flush()
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        self.transactions.read(|txn| answers::scan(self.tables.answers, txn, after.as_ref(), limit))
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        self.transactions.write(0, |txn| answers::delete(self.tables.answers, txn, keys))
    }

    async fn clear(&self) -> Result<u64> {
        self.transactions.write(0, |txn| answers::clear(self.tables.answers, txn))
    }

    async fn stats(&self) -> Result<CacheStats> {
        let Tables { answers, quota, leases } = self.tables;
        let counts = self.transactions.read(|txn| Ok((answers.len(txn)?, quota.len(txn)?, leases.len(txn)?)))?;
        let (info, page_size) =
            self.transactions.with_env(|env| Ok((env.info(), u64::from(env.unnamed_database_stat().page_size))))?;
        let path = self.transactions.folder().join(DATA_FILE);
        let bytes = std::fs::metadata(&path).map_err(|error| Error::io("read the size of", &path, &error))?.len();
        let details = [
            ("map_bytes", info.map_size as u64),
            ("used_bytes", (info.last_page_number as u64 + 1).saturating_mul(page_size)),
            ("page_bytes", page_size),
            ("transactions", info.last_txn_id as u64),
            ("readers", u64::from(info.number_of_readers)),
            ("quota_windows", counts.1),
            ("leases", counts.2),
        ];
        let details = details.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
        Ok(CacheStats { entries: counts.0, bytes: Some(bytes), details })
    }

    async fn verify(&self) -> Result<Vec<String>> {
        // A file that was truncated since it was opened must not be read: a missing page ends the process.
        if let Err(error) = inspect(self.transactions.folder(), true) {
            return Ok(vec![error.message]);
        }
        self.transactions.read(|txn| answers::verify(self.tables.answers, txn))
    }

    async fn acquire_quota(&self, request: QuotaRequest) -> Result<u64> {
        let keys = quota::keys(&request)?;
        self.transactions.write(0, |txn| quota::acquire(self.tables.quota, txn, &request, &keys))
    }

    async fn lease_many(&self, request: LeaseRequest) -> Result<Vec<bool>> {
        self.transactions.write(0, |txn| leases::acquire(self.tables.leases, txn, &request))
    }

    async fn release_many(&self, owner: u64, keys: &[Key]) -> Result<()> {
        self.transactions.write(0, |txn| leases::release(self.tables.leases, txn, owner, keys))
    }
}
