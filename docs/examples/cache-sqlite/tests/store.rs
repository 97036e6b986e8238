//! Storage of answers, and refused files.

use rowsmith_cache_sqlite::Sqlite;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::fs;
use std::path::Path;

fn open(path: &Path) -> Result<Sqlite> {
    Sqlite::new(serde_json::from_value(json!({ "path": path }))?, FakeHost::default().host())
}

fn key(first: u8) -> Key {
    let mut key = [0; 32];
    key[0] = first;
    key
}

#[test]
fn values_outlive_the_cache_and_are_in_the_order_of_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("answers.sqlite");
    block_on(async {
        let cache = open(&path).unwrap();
        cache.put_many(vec![(key(2), b"two".to_vec()), (key(1), Vec::new())]).await.unwrap();
        cache.put_many(vec![(key(2), b"zwei".to_vec()), (key(2), b"deux".to_vec())]).await.unwrap();
        drop(cache);
        let cache = open(&path).unwrap();
        let found = cache.get_many(&[key(2), key(9), key(1)]).await.unwrap();
        assert_eq!(found, [Some(b"deux".to_vec()), None, Some(Vec::new())]);
        assert!(cache.store().persistent);
        assert_eq!(cache.store().path, Some(fs::canonicalize(&path).unwrap().display().to_string()));
        assert_eq!(cache.verify().await.unwrap(), Vec::<String>::new());
    });
}

#[test]
fn pages_of_a_scan_are_in_key_order() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder.path().join("a.sqlite")).unwrap();
    block_on(async {
        cache.put_many((0..=255).rev().map(|n| (key(n), vec![n])).collect()).await.unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = cache.scan(after, 100).await.unwrap();
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            seen.extend(page.into_iter().map(|(_, value)| value[0]));
        }
        assert_eq!(seen, (0..=255).collect::<Vec<u8>>());
        assert!(cache.scan(None, 0).await.unwrap().is_empty());
    });
}

#[test]
fn deleting_and_clearing_return_the_number_of_entries() {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(&folder.path().join("a.sqlite")).unwrap();
    block_on(async {
        cache.put_many((0..5).map(|n| (key(n), vec![n])).collect()).await.unwrap();
        assert_eq!(cache.delete_many(&[key(0), key(0), key(77)]).await.unwrap(), 1);
        assert_eq!(cache.stats().await.unwrap().entries, 4);
        assert!(cache.stats().await.unwrap().bytes > Some(0));
        assert_eq!(cache.clear().await.unwrap(), 4);
        assert_eq!(cache.stats().await.unwrap().entries, 0);
    });
}

#[test]
fn foreign_files_are_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, but as long as one: ".repeat(40)).unwrap();
    let error = open(&text).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
    assert!(fs::read_to_string(&text).unwrap().starts_with("not a database"));

    let foreign = folder.path().join("foreign.sqlite");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE people (name TEXT)").unwrap();
    let error = open(&foreign).err().unwrap();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("path")), "{error}");

    let later = folder.path().join("later.sqlite");
    drop(open(&later).unwrap());
    rusqlite::Connection::open(&later).unwrap().execute_batch("PRAGMA user_version = 2").unwrap();
    let error = open(&later).err().unwrap();
    assert!(error.message.ends_with("format 2, expected 1"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_created_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = open(&folder.path().join("file/answers.sqlite")).err().unwrap();
    assert!(error.message.starts_with("cannot create "), "{error}");
    let error = open(Path::new("")).err().unwrap();
    assert_eq!(error.context("config_key"), Some("path"));
}
