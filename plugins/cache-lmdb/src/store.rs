//! The implementation of the cache trait. Each call is one transaction.

use crate::boot_time::shifted;
use crate::config::Config;
use crate::inspect::{DATA_FILE, Extent, check_snapshot, inspect};
use crate::tables::Tables;
use crate::transaction::Transactions;
use crate::{answers, boot_time, leases, open, quota};
use rowsmith_plugin_api::prelude::{
    Cache, CacheStats, Change, Error, Host, Key, LeaseRequest, QuotaRequest, Result, Store,
};

/// A cache in an LMDB store.
#[derive(Debug)]
pub struct LmdbCache {
    transactions: Transactions,
    tables: Tables,
    /// Milliseconds between the clock of the host and that of the store.
    shift_ms: i64,
}

impl Cache for LmdbCache {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        let (transactions, tables, shift_ms) = open::open(&config)?;
        Ok(Self { transactions, tables, shift_ms })
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
        let table = self.tables.answers;
        self.transactions.write(size, move |txn| answers::put(table, txn, &entries))
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<()> {
        let size = answers::size_of_changes(&changes);
        let table = self.tables.answers;
        self.transactions.write(size, move |txn| answers::apply(table, txn, &changes))
    }

    async fn finish(&self) -> Result<()> {
        self.transactions.flush()
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        self.transactions.read(|txn| answers::scan(self.tables.answers, txn, after.as_ref(), limit))
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let (table, keys) = (self.tables.answers, keys.to_vec());
        self.transactions.write(0, move |txn| answers::delete(table, txn, &keys))
    }

    async fn clear(&self) -> Result<u64> {
        let table = self.tables.answers;
        self.transactions.write(0, move |txn| answers::clear(table, txn))
    }

    async fn stats(&self) -> Result<CacheStats> {
        let Tables { answers, quota, leases } = self.tables;
        let counts = self
            .transactions
            .read(|txn| Ok((answers.len(txn)?, quota.len(txn)? - boot_time::count(quota, txn)?, leases.len(txn)?)))?;
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
        if let Err(error) = inspect(self.transactions.folder(), true, Extent::Header) {
            return Ok(vec![error.message]);
        }
        let folder = self.transactions.folder();
        let pages = self.transactions.read(|txn| Ok(check_snapshot(folder, txn.id() as u64)))?;
        if let Err(error) = pages {
            return Ok(vec![error.message]);
        }
        self.transactions.read(|txn| answers::verify(self.tables.answers, txn))
    }

    async fn acquire_quota(&self, request: QuotaRequest) -> Result<u64> {
        let request = QuotaRequest { now_ms: shifted(request.now_ms, self.shift_ms), ..request };
        let keys = quota::keys(&request)?;
        let table = self.tables.quota;
        self.transactions.write(0, move |txn| quota::acquire(table, txn, &request, &keys))
    }

    async fn lease_many(&self, request: LeaseRequest) -> Result<Vec<bool>> {
        let request = LeaseRequest { now_ms: shifted(request.now_ms, self.shift_ms), ..request };
        let table = self.tables.leases;
        self.transactions.write(0, move |txn| leases::acquire(table, txn, &request))
    }

    async fn release_many(&self, owner: u64, keys: &[Key]) -> Result<()> {
        let (table, keys) = (self.tables.leases, keys.to_vec());
        self.transactions.write(0, move |txn| leases::release(table, txn, owner, &keys))
    }
}
