//! Growth of a full store, up to its limit.

use crate::{count, detail, fill, key, open_with, value};
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, json};
use rowsmith_plugin_testkit::block_on;

const MEBIBYTE: u64 = 1024 * 1024;

#[test]
fn a_small_store_grows_as_it_fills() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open_with(folder.path(), json!({"map_size_mb": 1})).unwrap();
    assert_eq!(detail(&cache, "map_bytes"), MEBIBYTE);
    for batch in 0..50 {
        fill(&cache, batch * 100..(batch + 1) * 100, 1_000);
    }
    assert!(detail(&cache, "map_bytes") >= 8 * MEBIBYTE);
    assert_eq!(count(&cache), 5_000);
    block_on(cache.put_many(vec![(key(9_999), vec![7; 40 * 1024 * 1024])]))
        .expect("a value of more than twice the map fits");
    drop(cache);
    let cache = open_with(folder.path(), json!({"map_size_mb": 1})).unwrap();
    assert_eq!(count(&cache), 5_001);
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_store_at_its_limit_refuses_a_batch_and_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open_with(folder.path(), json!({"map_size_mb": 1, "max_size_mb": 2})).unwrap();
    fill(&cache, 0..100, 1_000);
    let batch = (1_000..4_000).map(|number| (key(number), value(number, 1_000))).collect();
    let error = block_on(cache.put_many(batch)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSpace);
    assert!(error.message.contains("2097152 bytes"), "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("max_size_mb")));
    assert_eq!(count(&cache), 100, "no entry of the batch is kept");
    fill(&cache, 100..200, 1_000);
    assert_eq!(count(&cache), 200, "a batch that fits is stored");
}
