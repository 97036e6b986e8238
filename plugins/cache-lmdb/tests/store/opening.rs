//! Opening of stores, and the errors of refused ones.

use crate::{config, count, fill, open, open_with};
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, Value, json, serde_json};
use rowsmith_plugin_testkit::block_on;
use std::fs;

#[test]
fn a_folder_is_open_once_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    fill(&first, 0..10, 10);
    let other_spelling = folder.path().join("..").join(folder.path().file_name().unwrap());
    for path in [folder.path(), &other_spelling] {
        let error = open_with(path, json!({})).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Busy, "{error}");
    }
    assert_eq!(count(&first), 10, "the first store is unharmed");
    let canonical = folder.path().canonicalize().unwrap();
    assert_eq!(first.store().path.as_deref(), canonical.to_str());
    assert!(first.store().persistent);
    drop(first);
    assert_eq!(count(&open(folder.path())), 10);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_new_folder() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("deep/cache");
    drop(open(&folder));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("data.mdb")), 0o600);
    assert_eq!(fs::read_to_string(folder.join("rowsmith-cache")).unwrap(), "rowsmith-cache 1\n");
}

#[test]
fn invalid_configs_name_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let cases = [
        ("empty path", json!({"path": ""}), "path"),
        ("path is a file", json!({"path": file}), "path"),
        ("maximum below the initial size", json!({"map_size_mb": 8, "max_size_mb": 4}), "max_size_mb"),
    ];
    for (case, options, option) in cases {
        let error = open_with(folder.path(), options).unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(option)), "{case}: {error}");
    }
}

#[test]
fn settings_have_defaults_and_unknown_ones_are_refused() {
    let schema = |options: Value| serde_json::from_value::<rowsmith_cache_lmdb::Config>(options);
    assert!(schema(json!({})).is_ok());
    for options in [
        json!({"pth": "x"}),
        json!({"on_corrupt": "ignore"}),
        json!({"sync": 1}),
        json!({"map_size_mb": 0}),
        json!({"map_size_mb": u64::MAX}),
        json!({"max_size_mb": 0}),
    ] {
        assert!(schema(options.clone()).is_err(), "{options}");
    }
}

#[test]
fn a_read_only_store_is_readable_and_refuses_writes() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("cache");
    let read_only = json!({"read_only": true});
    let error = open_with(&folder, read_only.clone()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert!(!folder.exists(), "nothing is created");
    fs::create_dir(&folder).unwrap();
    assert_eq!(open_with(&folder, read_only.clone()).unwrap_err().kind, ErrorKind::NotFound);

    let cache = open(&folder);
    fill(&cache, 0..10, 10);
    drop(cache);
    let cache = open_with(&folder, read_only).unwrap();
    assert_eq!(count(&cache), 10);
    assert_eq!(block_on(cache.scan(None, 3)).unwrap().len(), 3);
    let error = block_on(cache.clear()).unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("read_only")));
}

#[test]
fn a_durable_store_works_alike() {
    let folder = tempfile::tempdir().unwrap();
    let durable = || {
        let config = config(folder.path(), json!({"sync": true}));
        rowsmith_cache_lmdb::LmdbCache::new(config, rowsmith_plugin_testkit::FakeHost::default().host()).unwrap()
    };
    let cache = durable();
    fill(&cache, 0..10, 10);
    drop(cache);
    assert_eq!(count(&durable()), 10);
}
