//! Entries in one file with a line for each change. The caches of the folder include this file.
//!
//! A line is written at once, so that several processes can append to the file. A process that is killed may leave a part of
//! a line, which has no end mark.

use rowsmith_plugin_api::prelude::{Cache, ConfigSchema, Error, Host, Key, Result, Store, serde_json};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Settings that name a file.
pub(crate) trait Place: ConfigSchema + Send + Sync + 'static {
    fn file(&self) -> Result<PathBuf>;
    fn store(&self) -> Store;
}

/// The cache.
#[derive(Debug)]
pub struct Entries<P> {
    place: P,
    file: PathBuf,
    lock: Mutex<()>,
}

type Stored = BTreeMap<Key, Vec<u8>>;

impl<P> Entries<P> {
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<Stored> {
        let mut entries = Stored::new();
        if !self.file.exists() {
            return Ok(entries);
        }
        let text = fs::read_to_string(&self.file).map_err(|error| Error::io("read", &self.file, &error))?;
        for line in text.lines().filter_map(|line| line.strip_suffix(';')) {
            for (key, value) in serde_json::from_str::<Vec<(Key, Option<Vec<u8>>)>>(line)? {
                match value {
                    Some(value) => drop(entries.insert(key, value)),
                    None => drop(entries.remove(&key)),
                }
            }
        }
        Ok(entries)
    }

    /// Appends changes; a change without a value removes its key.
    fn append(&self, changes: &[(Key, Option<Vec<u8>>)]) -> Result<()> {
        let line = format!("\n{};", serde_json::to_string(changes)?);
        let append = || {
            self.file.parent().map_or(Ok(()), fs::create_dir_all)?;
            OpenOptions::new().create(true).append(true).open(&self.file)?.write_all(line.as_bytes())
        };
        append().map_err(|error| Error::io("write", &self.file, &error))
    }
}

impl<P: Place> Cache for Entries<P> {
    type Config = P;

    fn new(place: P, _: Host) -> Result<Self> {
        Ok(Self { file: place.file()?, place, lock: Mutex::default() })
    }

    fn store(&self) -> Store {
        self.place.store()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        let _lock = self.lock();
        let entries = self.read()?;
        Ok(keys.iter().map(|key| entries.get(key).cloned()).collect())
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        let changes: Vec<_> = entries.into_iter().map(|(key, value)| (key, Some(value))).collect();
        self.append(&changes)
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let _lock = self.lock();
        Ok(self.read()?.into_iter().filter(|(key, _)| after.is_none_or(|after| *key > after)).take(limit).collect())
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let _lock = self.lock();
        let mut entries = self.read()?;
        let removed: Vec<_> =
            keys.iter().filter(|key| entries.remove(*key).is_some()).map(|key| (*key, None)).collect();
        if entries.is_empty() && !removed.is_empty() {
            fs::write(&self.file, "").map_err(|error| Error::io("empty", &self.file, &error))?;
        } else {
            self.append(&removed)?;
        }
        Ok(removed.len() as u64)
    }
}
