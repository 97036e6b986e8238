//! Random sequences of calls, compared with an ordered map.

use crate::{key, open_with, value};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use rowsmith_cache_lmdb::LmdbCache;
use rowsmith_plugin_api::prelude::{Cache, Key, json};
use rowsmith_plugin_testkit::block_on;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;

#[derive(Debug, Clone)]
enum CacheCall {
    Put(Vec<(u32, usize)>),
    Get(Vec<u32>),
    Delete(Vec<u32>),
    Scan(Option<u32>, usize),
    Clear,
    Reopen,
}

fn calls() -> impl Strategy<Value = Vec<CacheCall>> {
    let numbers = || prop::collection::vec(0_u32..40, 0..20);
    let sizes = prop_oneof![8 => 0_usize..200, 1 => 1_000_usize..60_000];
    let call = prop_oneof![
        6 => prop::collection::vec((0_u32..40, sizes), 0..20).prop_map(CacheCall::Put),
        3 => numbers().prop_map(CacheCall::Get),
        4 => numbers().prop_map(CacheCall::Delete),
        2 => (any::<bool>(), 0_u32..40, 0_usize..50).prop_map(|(some, n, limit)| CacheCall::Scan(some.then_some(n), limit)),
        1 => Just(CacheCall::Clear),
        2 => Just(CacheCall::Reopen),
    ];
    prop::collection::vec(call, 1..25)
}

fn open(folder: &Path) -> LmdbCache {
    open_with(folder, json!({"map_size_mb": 1})).expect("a closed store")
}

fn check(cache: LmdbCache, folder: &Path, calls: Vec<CacheCall>) {
    let mut model: BTreeMap<Key, Vec<u8>> = BTreeMap::new();
    let mut cache = Some(cache);
    for (serial, call) in (0..).zip(calls) {
        if matches!(call, CacheCall::Reopen) {
            drop(cache.take());
        }
        let cache = cache.get_or_insert_with(|| open(folder));
        match call {
            CacheCall::Put(entries) => {
                let entries: Vec<_> = entries.into_iter().map(|(n, size)| (key(n), value(serial, size))).collect();
                model.extend(entries.clone());
                block_on(cache.put_many(entries)).unwrap();
            }
            CacheCall::Get(numbers) => {
                let keys: Vec<_> = numbers.into_iter().map(key).collect();
                let expected: Vec<_> = keys.iter().map(|key| model.get(key).cloned()).collect();
                assert_eq!(block_on(cache.get_many(&keys)).unwrap(), expected);
            }
            CacheCall::Delete(numbers) => {
                let keys: Vec<_> = numbers.into_iter().map(key).collect();
                let expected = keys.iter().filter(|key| model.remove(*key).is_some()).count();
                assert_eq!(block_on(cache.delete_many(&keys)).unwrap(), expected as u64);
            }
            CacheCall::Scan(after, limit) => {
                let after = after.map(key);
                let range = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
                let expected: Vec<_> = model.range(range).take(limit).map(|(k, v)| (*k, v.clone())).collect();
                assert_eq!(block_on(cache.scan(after, limit)).unwrap(), expected);
            }
            CacheCall::Clear => {
                assert_eq!(block_on(cache.clear()).unwrap(), model.len() as u64);
                model.clear();
            }
            CacheCall::Reopen => assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_behaves_like_a_map(calls in calls()) {
        let folder = tempfile::tempdir().unwrap();
        check(open(folder.path()), folder.path(), calls);
    }
}
