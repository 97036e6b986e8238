//! A cache as plugin authors wrote them against plugin-api 0.1.0: a text file with a line for each answer.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The plugin's table in the config.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file.
    path: PathBuf,
}

type Entries = BTreeMap<Key, Vec<u8>>;

/// Answers in one file that is written anew each time.
pub struct OneFile {
    path: PathBuf,
    entries: Mutex<Entries>,
}

impl OneFile {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> Result<T> {
        let mut entries = self.entries();
        let changed = change(&mut entries);
        let list: Vec<(&Key, &Vec<u8>)> = entries.iter().collect();
        fs::write(&self.path, serde_json::to_vec(&list)?).map_err(|error| failed(&self.path, &error))?;
        Ok(changed)
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot use {}: {error}", path.display()))
}

impl Cache for OneFile {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        let list: Vec<(Key, Vec<u8>)> = if config.path.exists() {
            serde_json::from_slice(&fs::read(&config.path).map_err(|error| failed(&config.path, &error))?)?
        } else {
            Vec::new()
        };
        Ok(Self { path: config.path, entries: Mutex::new(list.into_iter().collect()) })
    }

    fn store(&self) -> Store {
        Store { name: self.path.display().to_string(), path: None, persistent: true }
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        let entries = self.entries();
        Ok(keys.iter().map(|key| entries.get(key).cloned()).collect())
    }

    async fn put_many(&self, new: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.change(|entries| entries.extend(new))
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let entries = self.entries();
        let later = entries.iter().filter(|(key, _)| after.is_none_or(|after| **key > after));
        Ok(later.take(limit).map(|(key, value)| (*key, value.clone())).collect())
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        self.change(|entries| keys.iter().map(|key| u64::from(entries.remove(key).is_some())).sum())
    }

    async fn clear(&self) -> Result<u64> {
        self.change(|entries| std::mem::take(entries).len() as u64)
    }

    async fn stats(&self) -> Result<CacheStats> {
        Ok(CacheStats { entries: self.entries().len() as u64, ..CacheStats::default() })
    }
}

export_plugin!(cache: OneFile, name = "old", about = "Answers in one file, as of 0.1.0");
