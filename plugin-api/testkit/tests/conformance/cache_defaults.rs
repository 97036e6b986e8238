//! Default methods of a cache.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A map with an entry that cannot be removed.
struct Small(Mutex<BTreeMap<Key, Vec<u8>>>);

const STUCK: Key = [9; 32];

impl Cache for Small {
    type Config = ();

    fn new((): (), _host: Host) -> Result<Self> {
        Ok(Self(Mutex::default()))
    }

    fn store(&self) -> Store {
        Store::temporary("small")
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(keys.iter().map(|key| self.0.lock().unwrap().get(key).cloned()).collect())
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        self.0.lock().unwrap().extend(entries);
        Ok(())
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let entries = self.0.lock().unwrap();
        let later = entries.iter().filter(|(key, _)| after < Some(**key));
        Ok(later.take(limit).map(|(key, value)| (*key, value.clone())).collect())
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let mut entries = self.0.lock().unwrap();
        let gone = keys.iter().filter(|key| **key != STUCK && entries.remove(*key).is_some());
        Ok(gone.count() as u64)
    }
}

fn key(number: u16) -> Key {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    key
}

#[test]
fn counting_and_clearing_go_through_all_pages() {
    let cache = Small::new((), FakeHost::default().host()).unwrap();
    block_on(async {
        assert_eq!(cache.stats().await.unwrap(), CacheStats { bytes: Some(0), ..CacheStats::default() });
        assert_eq!(cache.clear().await.unwrap(), 0);
        cache.put_many((0..600).map(|number| (key(number), vec![1, 2, 3])).collect()).await.unwrap();
        let stats = cache.stats().await.unwrap();
        assert_eq!((stats.entries, stats.bytes), (600, Some(600 * 35)));
        assert_eq!(cache.clear().await.unwrap(), 600);
        assert_eq!(cache.scan(None, 1).await.unwrap(), []);
    });
}

#[test]
fn clearing_ends_even_when_an_entry_stays() {
    let cache = Small::new((), FakeHost::default().host()).unwrap();
    block_on(async {
        cache.put_many(vec![(key(1), vec![]), (STUCK, vec![]), ([10; 32], vec![])]).await.unwrap();
        assert_eq!(cache.clear().await.unwrap(), 2);
        assert_eq!(cache.stats().await.unwrap().entries, 1);
    });
}
