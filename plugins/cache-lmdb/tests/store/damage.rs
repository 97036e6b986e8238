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

#[test]
#[cfg(unix)]
fn files_that_change_while_the_store_is_open_are_noticed() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("data deleted", |folder| fs::remove_file(folder.join("data.mdb")).unwrap()),
        ("data replaced", |folder| {
            fs::copy(folder.join("data.mdb"), folder.join("copy")).unwrap();
            fs::rename(folder.join("copy"), folder.join("data.mdb")).unwrap();
        }),
        ("data truncated", |folder| truncate(&folder.join("data.mdb"), 8_192)),
        ("lock deleted", |folder| fs::remove_file(folder.join("lock.mdb")).unwrap()),
        ("folder moved", |folder| fs::rename(folder, folder.with_file_name("moved")).unwrap()),
        ("folder deleted", |folder| fs::remove_dir_all(folder).unwrap()),
    ];
    for (case, change) in changes {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("cache");
        let cache = open(&folder);
        fill(&cache, 0..100, 1_000);
        block_on(cache.finish()).unwrap();
        change(&folder);
        for result in [
            block_on(cache.put_many(vec![(key(1), vec![1])])),
            block_on(cache.get_many(&[key(1)])).map(drop),
            block_on(cache.finish()),
        ] {
            let error = result.expect_err(case);
            assert_eq!(error.kind, ErrorKind::Corrupt, "{case}: {error}");
            assert!(error.hint.is_some(), "{case}");
        }
    }
}

/// Uses everything of a store that could be opened. Values are the host's to check.
fn use_all(folder: &Path) -> Result<(), Error> {
    let cache = open_with(folder, json!({}))?;
    block_on(cache.stats())?;
    block_on(cache.verify())?;
    block_on(cache.scan(None, 1_000))?;
    block_on(cache.get_many(&(0..320).map(key).collect::<Vec<_>>()))?;
    block_on(cache.put_many((200..400).map(|number| (key(number), vec![7; 500])).collect()))?;
    block_on(cache.delete_many(&(0..150).map(key).collect::<Vec<_>>()))?;
    block_on(cache.clear()).map(drop)
}

#[test]
fn damaged_pages_never_end_the_process() {
    let (folder, data) = store();
    let cache = open(folder.path());
    block_on(cache.delete_many(&(250..310).map(key).collect::<Vec<_>>())).unwrap();
    drop(cache);
    let whole = fs::read(&data).unwrap();
    let pages = whole.len() / 4_096;
    let (mut used, mut refused) = (0, 0);
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for round in 0..400 {
        let mut bytes = whole.clone();
        let page = random(pages) * 4_096;
        match round % 5 {
            // One bit anywhere, in a page header, and in the entries of a page.
            0 => bytes[random(whole.len())] ^= 1 << random(8),
            1 => bytes[page + random(16)] ^= 1 << random(8),
            2 => bytes[page + 16 + random(160)] ^= 1 << random(8),
            3 => bytes[page..page + 4_096].fill(0),
            _ => bytes.copy_within(page..page + 4_096, random(pages) * 4_096),
        }
        fs::write(&data, &bytes).unwrap();
        match use_all(folder.path()) {
            Ok(()) => used += 1,
            Err(error) => {
                assert!(matches!(error.kind, ErrorKind::Corrupt | ErrorKind::InvalidData), "round {round}: {error}");
                refused += 1;
            }
        }
    }
    assert!(used > 50 && refused > 50, "{used} used, {refused} refused");
}
