//! A cache in memory, ordered by key. Replace the map with a store that outlives the run.

use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Settings of the plugin.
#[derive(PluginConfig)]
pub struct Config {}

pub struct Answers(Mutex<BTreeMap<Key, Vec<u8>>>);

impl Answers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cache for Answers {
    type Config = Config;
    fn new(_config: Config, _host: Host) -> Result<Self> {
        Ok(Self(Mutex::default()))
    }
    fn store(&self) -> Store {
        Store::temporary("memory")
    }
    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        let answers = self.lock();
        Ok(keys.iter().map(|key| answers.get(key).cloned()).collect())
    }
    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.lock().extend(entries);
        Ok(())
    }
    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let answers = self.lock();
        let later = answers.iter().filter(|(key, _)| after < Some(**key));
        Ok(later.take(limit).map(|(k, v)| (*k, v.clone())).collect())
    }
    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let mut answers = self.lock();
        let gone = keys.iter().filter(|key| answers.remove(*key).is_some());
        Ok(gone.count() as u64)
    }
}

export_plugin!(cache: Answers, name = "{{name}}", about = "Answers in memory");
