//! Truncated, empty, overwritten and foreign files are refused. They never end the process, and never become new stores.

use crate::{count, detail, fill, key, open, open_with};
use rowsmith_plugin_api::prelude::{Cache, Error, ErrorKind, json};
use rowsmith_plugin_testkit::block_on;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Creates and closes a store with small and large entries.
fn store() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    fill(&cache, 0..300, 100);
    fill(&cache, 300..320, 9_000);
    drop(cache);
    let data = folder.path().join("data.mdb");
    (folder, data)
}

fn truncate(path: &Path, length: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

fn open_error(folder: &Path) -> Error {
    let before = fs::read(folder.join("data.mdb")).ok();
    let error = open_with(folder, json!({})).unwrap_err();
    assert_eq!(fs::read(folder.join("data.mdb")).ok(), before, "the file is unchanged");
    assert!(error.hint.is_some());
    error
}

#[test]
fn a_truncated_file_is_refused_at_every_length() {
    let (folder, data) = store();
    let whole = fs::read(&data).unwrap();
    let used = {
        let cache = open(folder.path());
        detail(&cache, "used_bytes")
    };
    let step = usize::try_from(used / 97).unwrap();
    let lengths = (0..used).step_by(step).chain([1, 16, 20, 24, 152, 4095, 4096, 4097, 8191, 8192, used / 2, used - 1]);
    for length in lengths {
        fs::write(&data, &whole).unwrap();
        truncate(&data, length);
        let error = open_error(folder.path());
        assert_eq!(error.kind, ErrorKind::Corrupt, "at {length}: {error}");
        if length >= 8192 {
            let sizes = format!("it has {length} bytes, its header counts {used}");
            assert!(error.message.ends_with(&sizes), "at {length}: {error}");
        }
    }
    fs::write(&data, &whole).unwrap();
    assert_eq!(count(&open(folder.path())), 320);
}

#[test]
fn a_store_that_lost_its_data_is_refused() {
    let (folder, data) = store();
    truncate(&data, 0);
    let error = open_error(folder.path());
    assert_eq!(error.kind, ErrorKind::Corrupt);
    fs::remove_file(&data).unwrap();
    let error = open_error(folder.path());
    assert_eq!(error.kind, ErrorKind::Corrupt);
}

#[test]
fn an_empty_file_without_a_marker_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data.mdb"), "").unwrap();
    assert_eq!(count(&open(folder.path())), 0);
}

#[test]
fn foreign_files_are_described_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.mdb");
    fs::write(&data, "dear diary,\ntoday nothing happened\n").unwrap();
    for options in [json!({}), json!({"on_corrupt": "quarantine"})] {
        let error = open_with(folder.path(), options).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData);
        assert!(error.message.contains("a text file that begins with \"dear diary,\""), "{error}");
        assert!(data.exists());
    }

    let (folder, data) = store();
    fs::write(&data, "dear diary,\n").unwrap();
    let error = open_error(folder.path());
    assert_eq!(error.kind, ErrorKind::Corrupt, "the marker is there");
    assert!(error.message.contains("a text file"), "{error}");
}

#[test]
fn newer_formats_are_refused_with_both_versions() {
    let (folder, data) = store();
    fs::write(folder.path().join("rowsmith-cache"), "rowsmith-cache 4\n").unwrap();
    let error = open_error(folder.path());
    assert_eq!(error.kind, ErrorKind::InvalidData);
    assert!(error.message.ends_with("format 4, expected up to 1"), "{error}");
    fs::write(folder.path().join("rowsmith-cache"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(open_error(folder.path()).kind, ErrorKind::InvalidData);

    fs::write(folder.path().join("rowsmith-cache"), "rowsmith-cache 1\n").unwrap();
    let mut bytes = fs::read(&data).unwrap();
    bytes[20..24].copy_from_slice(&2_u32.to_ne_bytes());
    fs::write(&data, bytes).unwrap();
    let error = open_with(folder.path(), json!({"on_corrupt": "quarantine"})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidData);
    assert!(error.message.contains("data format 2 of LMDB, expected 1"), "{error}");
}

#[test]
fn quarantine_renames_the_damaged_file_and_creates_a_store() {
    let (folder, data) = store();
    truncate(&data, 20_000);
    let damaged = fs::read(&data).unwrap();
    let cache = open_with(folder.path(), json!({"on_corrupt": "quarantine"})).unwrap();
    assert_eq!(count(&cache), 0);
    fill(&cache, 0..5, 10);
    drop(cache);
    let aside: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.display().to_string().contains("data.mdb.corrupt-"))
        .collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(fs::read(&aside[0]).unwrap(), damaged);
    assert_eq!(count(&open(folder.path())), 5, "the new store is kept");
}

#[test]
fn a_file_may_lack_its_last_free_pages() {
    // Deleting merges pages that were just copied; such pages at the end of the file are never written.
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.mdb");
    let mut short = 0;
    for round in 0..60 {
        let cache = open(folder.path());
        fill(&cache, round * 50..(round + 1) * 50, 700);
        let keys: Vec<_> = (round * 50..(round + 1) * 50).filter(|n| n % 7 != 0).map(key).collect();
        block_on(cache.delete_many(&keys)).unwrap();
        let used = detail(&cache, "used_bytes");
        short += u32::from(fs::metadata(&data).unwrap().len() < used);
        assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new(), "round {round}");
    }
    assert!(short > 0, "the case did not occur");
}

#[test]
fn a_file_may_lose_only_free_pages() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.mdb");
    let cache = open(folder.path());
    fill(&cache, 0..5_000, 700);
    block_on(cache.clear()).unwrap();
    fill(&cache, 0..2, 10);
    fill(&cache, 0..3, 10);
    let used = detail(&cache, "used_bytes");
    drop(cache);
    let whole = fs::read(&data).unwrap();
    let (mut sound, mut damaged) = (0, 0);
    for length in (8_192..used).step_by(4_096 * 29) {
        fs::write(&data, &whole).unwrap();
        truncate(&data, length);
        match open_with(folder.path(), json!({})) {
            Ok(cache) => {
                sound += 1;
                assert_eq!(count(&cache), 3);
                fill(&cache, 3..500, 700);
                assert_eq!(block_on(cache.scan(None, 1_000)).unwrap().len(), 500);
            }
            Err(error) => {
                damaged += 1;
                assert_eq!(error.kind, ErrorKind::Corrupt);
            }
        }
    }
    assert!(sound > 0 && damaged > 0, "{sound} sound, {damaged} damaged");
}

#[test]
fn verify_detects_a_file_that_was_truncated_while_open() {
    let (folder, data) = store();
    let cache = open(folder.path());
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
    truncate(&data, 20_000);
    let damage = block_on(cache.verify()).unwrap();
    assert!(matches!(damage.as_slice(), [one] if one.contains("truncated")), "{damage:?}");
}
