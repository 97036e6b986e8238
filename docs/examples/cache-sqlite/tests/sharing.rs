//! Several users of one file: threads and processes. The test starts its own program for the processes.

use rowsmith_cache_sqlite::Sqlite;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// Environment variable of a writing process: its number and the file.
const WRITER: &str = "CACHE_SQLITE_TEST_WRITER";
const WRITERS: u8 = 4;
const PUTS: u8 = 25;

fn open(path: &Path) -> Sqlite {
    Sqlite::new(serde_json::from_value(json!({ "path": path })).unwrap(), FakeHost::default().host()).unwrap()
}

/// Returns a key of a writer, and the value that names both.
fn entry(writer: u8, put: u8, part: u8) -> (Key, Vec<u8>) {
    let mut key = [7; 32];
    key[..3].copy_from_slice(&[writer, put, part]);
    (key, vec![writer, put, part])
}

/// Puts pairs of entries and looks up each pair.
fn write(path: &Path, writer: u8) {
    let cache = open(path);
    block_on(async {
        for put in 0..PUTS {
            let entries = vec![entry(writer, put, 0), entry(writer, put, 1)];
            let keys: Vec<Key> = entries.iter().map(|(key, _)| *key).collect();
            cache.put_many(entries).await.unwrap();
            let found = cache.get_many(&keys).await.unwrap();
            assert_eq!(found, [Some(vec![writer, put, 0]), Some(vec![writer, put, 1])]);
        }
    });
}

/// Asserts that every entry of every writer is under its key.
fn assert_complete(path: &Path) {
    let cache = open(path);
    let entries = block_on(cache.scan(None, usize::MAX)).unwrap();
    assert_eq!(entries.len(), usize::from(WRITERS) * usize::from(PUTS) * 2);
    for (key, value) in entries {
        assert_eq!(key[..3], value);
    }
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
}

#[test]
fn threads_share_a_cache() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let path = &path;
            scope.spawn(move || write(path, writer));
        }
    });
    assert_complete(&path);
}

#[test]
fn processes_share_a_cache() {
    if let Some(task) = std::env::var_os(WRITER) {
        let task = task.into_string().unwrap();
        let (writer, path) = task.split_once(':').unwrap();
        write(Path::new(path), writer.parse().unwrap());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // All processes create the file at the same time.
    let path = folder.path().join("a.sqlite");
    let processes: Vec<_> = (0..WRITERS)
        .map(|writer| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes_share_a_cache"])
                .env(WRITER, format!("{writer}:{}", path.display()))
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    assert_complete(&path);
}
