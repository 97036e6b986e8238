//! Storing, looking up, scanning and deleting.

use crate::{count, detail, fill, key, open, open_with, value};
use rowsmith_plugin_api::prelude::{Cache, json};
use rowsmith_plugin_testkit::block_on;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn values_are_in_the_order_of_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    block_on(async {
        let large = vec![7; 100_000];
        cache.put_many(vec![(key(2), b"two".to_vec()), (key(1), Vec::new()), (key(3), large.clone())]).await.unwrap();
        cache.put_many(vec![(key(2), b"zwei".to_vec()), (key(2), b"deux".to_vec())]).await.unwrap();
        let found = cache.get_many(&[key(2), key(9), key(3), key(1), key(2)]).await.unwrap();
        assert_eq!(found[0].as_deref(), Some(b"deux".as_slice()), "the last of equal keys wins");
        assert_eq!(found[1], None);
        assert_eq!(found[2], Some(large));
        assert_eq!(found[3], Some(Vec::new()), "an empty value is a hit");
        assert_eq!(found[4], found[0]);
        assert_eq!(cache.get_many(&[]).await.unwrap(), Vec::<Option<Vec<u8>>>::new());
    });
}

#[test]
fn ten_thousand_entries_are_scanned_in_key_order_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    fill(&cache, 0..10_000, 40);
    drop(cache);

    let cache = open(folder.path());
    assert_eq!(count(&cache), 10_000);
    block_on(async {
        let (mut after, mut seen) = (None, 0);
        loop {
            let page = cache.scan(after, 999).await.unwrap();
            let Some((last, _)) = page.last() else { break };
            assert!(page.is_sorted_by(|a, b| a.0 < b.0) && after.is_none_or(|after| after < page[0].0));
            after = Some(*last);
            seen += page.len();
        }
        assert_eq!(seen, 10_000);
        let keys: Vec<_> = (0..10_000).map(key).collect();
        let found = cache.get_many(&keys).await.unwrap();
        assert!((0..).zip(found).all(|(number, found)| found == Some(value(number, 40))));
        assert_eq!(cache.verify().await.unwrap(), Vec::<String>::new());
    });
}

#[test]
fn deleting_and_clearing_return_the_number_of_entries() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    fill(&cache, 0..100, 10);
    block_on(async {
        assert_eq!(cache.delete_many(&[key(0), key(1), key(1), key(500)]).await.unwrap(), 2);
        assert_eq!(cache.clear().await.unwrap(), 98);
        assert_eq!(cache.clear().await.unwrap(), 0);
        assert_eq!(cache.scan(None, 10).await.unwrap(), Vec::new());
    });
}

#[test]
fn threads_read_whole_batches_while_others_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open_with(folder.path(), json!({"map_size_mb": 1})).unwrap();
    let done = AtomicBool::new(false);
    let pair = [key(1), key(2)];
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let found = block_on(cache.get_many(&pair)).unwrap();
                    assert_eq!(found[0], found[1], "a batch is visible completely or not at all");
                }
            });
        }
        for round in 0..60 {
            // The store grows while it is read.
            fill(&cache, round * 20 + 10..round * 20 + 30, 4_000);
            let text = value(round, 50);
            block_on(cache.put_many(pair.iter().map(|key| (*key, text.clone())).collect())).unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(detail(&cache, "map_bytes") > 1024 * 1024);
}
