//! A cache in an SQLite database, which any number of processes may use at once.
#![forbid(unsafe_code)]

mod answers;
mod config;
mod database;
mod error;

use config::Config;
use database::Database;
use rowsmith_plugin_api::prelude::*;
use rusqlite::{Transaction, TransactionBehavior};
use std::sync::{Mutex, PoisonError};

/// A cache in one file.
///
/// The host runs several calls at once, but a connection serves one at a time, so it is behind a lock. Calls take a few
/// milliseconds, which may block.
pub struct Sqlite {
    database: Mutex<Database>,
    store: Store,
}

impl Sqlite {
    /// Runs `work` in one transaction, which is committed completely or not at all.
    fn transaction<T>(
        &self,
        action: &str,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        // A panic rolls its transaction back, so the connection stays usable.
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let Database { connection, path } = &mut *database;
        let run = || {
            let transaction = connection.transaction_with_behavior(behavior)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        run().map_err(|e| error::of(action, path, &e))
    }

    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        self.transaction("read", TransactionBehavior::Deferred, work)
    }

    /// Takes the writers' lock at once. A transaction that reads first and writes later can fail as busy without waiting.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        self.transaction("write to", TransactionBehavior::Immediate, work)
    }
}

impl Cache for Sqlite {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        config.check()?;
        let database = Database::open(&config.path, config.busy())?;
        let path = database.path.display().to_string();
        let store = Store::persistent(&path).with_path(path);
        Ok(Self { database: Mutex::new(database), store })
    }

    fn store(&self) -> Store {
        self.store.clone()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        self.read(|transaction| answers::get(transaction, keys))
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.write(|transaction| answers::put(transaction, &entries))
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        self.read(|transaction| answers::scan(transaction, after, limit))
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        self.write(|transaction| answers::delete(transaction, keys))
    }

    async fn clear(&self) -> Result<u64> {
        self.write(answers::clear)
    }

    async fn stats(&self) -> Result<CacheStats> {
        self.read(|transaction| {
            let details = vec![("sqlite".to_owned(), rusqlite::version().to_owned())];
            let (entries, bytes) = (answers::count(transaction)?, answers::bytes(transaction)?);
            Ok(CacheStats { entries, bytes: Some(bytes), details })
        })
    }

    async fn verify(&self) -> Result<Vec<String>> {
        self.read(answers::verify)
    }
}

export_plugin!(cache: Sqlite, name = "sqlite", about = "Answers in an SQLite database");
