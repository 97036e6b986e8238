//! Files that are cut, emptied, overwritten or not ours: refused with a reason, never a crash, never a silent new start.

use crate::{count, fact, fill, key, open, open_with};
use rowsmith_plugin_api::prelude::{Cache, Error, ErrorKind, json};
use rowsmith_plugin_testkit::block_on;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A closed store with some entries, on pages of their own and not.
fn store() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let cache = open(folder.path());
    fill(&cache, 0..300, 100);
    fill(&cache, 300..320, 9_000);
    drop(cache);
    let data = folder.path().join("data.mdb");
    (folder, data)
}

fn cut(path: &Path, length: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

fn refused(folder: &Path) -> Error {
    let before = fs::read(folder.join("data.mdb")).ok();
    let error = open_with(folder, json!({})).unwrap_err();
    assert_eq!(fs::read(folder.join("data.mdb")).ok(), before, "the file is not touched");
    assert!(error.hint.is_some());
    error
}

#[test]
fn a_cut_file_is_refused_at_every_length() {
    let (folder, data) = store();
    let whole = fs::read(&data).unwrap();
    let used = {
        let cache = open(folder.path());
        fact(&cache, "used_bytes")
    };
    let step = usize::try_from(used / 97).unwrap();
    let lengths = (0..used).step_by(step).chain([1, 16, 20, 24, 152, 4095, 4096, 4097, 8191, 8192, used / 2, used - 1]);
    for length in lengths {
        fs::write(&data, &whole).unwrap();
        cut(&data, length);
        let error = refused(folder.path());
        assert_eq!(error.kind, ErrorKind::Corrupt, "at {length}: {error}");
        if length >= 8192 {
            let sizes = format!("it has {length} bytes, but its header counts {used}");
            assert!(error.message.ends_with(&sizes), "at {length}: {error}");
        }
    }
    fs::write(&data, &whole).unwrap();
    assert_eq!(count(&open(folder.path())), 320);
}

#[test]
fn a_store_that_lost_its_data_is_not_taken_for_a_new_one() {
    let (folder, data) = store();
    cut(&data, 0);
    let error = refused(folder.path());
    assert_eq!(error.kind, ErrorKind::Corrupt);
    assert!(error.message.contains("data.mdb is empty, though a store was made"), "{error}");
    fs::remove_file(&data).unwrap();
    let error = refused(folder.path());
    assert_eq!(error.kind, ErrorKind::Corrupt);
    assert!(error.message.contains("data.mdb is missing, though a store was made"), "{error}");
}

#[test]
fn an_empty_file_where_no_store_was_made_is_a_beginning() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data.mdb"), "").unwrap();
    assert_eq!(count(&open(folder.path())), 0);
}

#[test]
fn files_that_are_not_ours_are_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.mdb");
    fs::write(&data, "dear diary,\ntoday nothing happened\n").unwrap();
    for options in [json!({}), json!({"on_corrupt": "quarantine"})] {
        let error = open_with(folder.path(), options).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData);
        assert!(error.message.ends_with("is not a cache, but a text file that begins with \"dear diary,\""), "{error}");
        assert!(data.exists());
    }

    let (folder, data) = store();
    fs::write(&data, "dear diary,\n").unwrap();
    let error = refused(folder.path());
    assert_eq!(error.kind, ErrorKind::Corrupt, "a store was here");
    assert!(error.message.contains("was overwritten: it is a text file"), "{error}");
}

#[test]
fn formats_of_the_future_are_refused_with_both_versions() {
    let (folder, data) = store();
    fs::write(folder.path().join("rowsmith-cache"), "rowsmith-cache 4\n").unwrap();
    let error = refused(folder.path());
    assert_eq!(error.kind, ErrorKind::InvalidData);
    assert!(error.message.ends_with("has format 4, but this version reads up to format 1"), "{error}");
    fs::write(folder.path().join("rowsmith-cache"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(refused(folder.path()).kind, ErrorKind::InvalidData);

    fs::write(folder.path().join("rowsmith-cache"), "rowsmith-cache 1\n").unwrap();
    let mut bytes = fs::read(&data).unwrap();
    bytes[20..24].copy_from_slice(&2_u32.to_ne_bytes());
    fs::write(&data, bytes).unwrap();
    let error = open_with(folder.path(), json!({"on_corrupt": "quarantine"})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidData);
    assert!(error.message.contains("data format 2, but this version reads format 1"), "{error}");
}

#[test]
fn quarantine_puts_the_damaged_file_aside_and_begins_anew() {
    let (folder, data) = store();
    cut(&data, 20_000);
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
    assert_eq!(count(&open(folder.path())), 5, "the new store is sound");
}

#[test]
fn a_file_that_ends_in_free_pages_is_sound_when_they_are_missing() {
    // Deleting joins pages that were copied a moment before; such pages at the file's end are never written.
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.mdb");
    let mut short = 0;
    for round in 0..60 {
        let cache = open(folder.path());
        fill(&cache, round * 50..(round + 1) * 50, 700);
        let keys: Vec<_> = (round * 50..(round + 1) * 50).filter(|n| n % 7 != 0).map(key).collect();
        block_on(cache.delete_many(&keys)).unwrap();
        let used = fact(&cache, "used_bytes");
        short += u32::from(fs::metadata(&data).unwrap().len() < used);
        assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new(), "round {round}");
    }
    assert!(short > 0, "the case did not come up");
}

#[test]
fn a_file_may_lose_its_free_pages_but_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.mdb");
    let cache = open(folder.path());
    fill(&cache, 0..5_000, 700);
    block_on(cache.clear()).unwrap();
    fill(&cache, 0..2, 10);
    fill(&cache, 0..3, 10);
    let used = fact(&cache, "used_bytes");
    drop(cache);
    let whole = fs::read(&data).unwrap();
    let (mut sound, mut damaged) = (0, 0);
    for length in (8_192..used).step_by(4_096 * 29) {
        fs::write(&data, &whole).unwrap();
        cut(&data, length);
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
fn verify_sees_a_file_that_was_cut_while_it_was_open() {
    let (folder, data) = store();
    let cache = open(folder.path());
    assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new());
    cut(&data, 20_000);
    let damage = block_on(cache.verify()).unwrap();
    assert!(matches!(damage.as_slice(), [one] if one.contains("was cut short")), "{damage:?}");
}
