//! Inspection of `data.mdb` before LMDB maps it.
//!
//! LMDB trusts the header. Reading a page that the header counts and the file lacks would end the process, so such a file
//! is refused here. The file may grow during the inspection, because another process may use it.

use crate::free_list::{covers, read_at};
use crate::meta::{META_LENGTH, Meta, Unreadable};
use crate::structure;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Name of LMDB's file.
pub const DATA_FILE: &str = "data.mdb";

/// Number of inspections before a file counts as damaged: a writer may be at work.
const MAX_INSPECTIONS: u32 = 3;

/// Result of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFile {
    /// There is no store yet.
    Missing,
    /// A store that LMDB can map.
    Sound {
        /// Bytes in use.
        used: u64,
    },
}

/// Extent of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The header and the length. Another process may write to the file.
    Header,
    /// All pages. No other process may write to the file.
    Pages,
}

/// Reason why LMDB must not map a file.
#[derive(Debug)]
pub(crate) enum FileFlaw {
    Io(io::Error),
    Empty,
    Unreadable(Unreadable),
    Truncated { length: u64, needed: u64 },
}

impl From<io::Error> for FileFlaw {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Unreadable> for FileFlaw {
    fn from(reason: Unreadable) -> Self {
        Self::Unreadable(reason)
    }
}

/// Inspects the store's file to an extent. `has_marker` is true if a store was created in this folder before.
///
/// # Errors
/// [`ErrorKind::Corrupt`] when a store is damaged or missing, [`ErrorKind::InvalidData`] for a file of another program.
pub fn inspect(folder: &Path, has_marker: bool, extent: Extent) -> Result<StoreFile> {
    let path = folder.join(DATA_FILE);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !has_marker => return Ok(StoreFile::Missing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(lost(&path, "missing")),
        Err(error) => return Err(Error::io("open", &path, &error)),
    };
    for _ in 1..MAX_INSPECTIONS {
        if let Ok(used) = examine(&mut file, extent) {
            return Ok(StoreFile::Sound { used });
        }
        std::thread::yield_now();
    }
    match examine(&mut file, extent) {
        Ok(used) => Ok(StoreFile::Sound { used }),
        Err(FileFlaw::Empty) if !has_marker => Ok(StoreFile::Missing),
        Err(flaw) => Err(refuse(&path, flaw, has_marker)),
    }
}

/// Checks all pages of the snapshot of a transaction that is open, so that its pages stay.
///
/// # Errors
/// [`ErrorKind::Corrupt`] for a damaged page.
pub(crate) fn check_snapshot(folder: &Path, transaction: u64) -> Result<()> {
    let path = folder.join(DATA_FILE);
    let mut file = File::open(&path).map_err(|error| Error::io("open", &path, &error))?;
    let checked = headers(&mut file).and_then(|headers| {
        let header = headers.into_iter().find(|header| header.transaction == transaction);
        // Later transactions have replaced both headers: other processes use the store successfully.
        header.map_or(Ok(()), |header| structure::check(&mut file, &header))
    });
    checked.map_err(|flaw| refuse(&path, flaw, true))
}

/// Returns the number of bytes in use.
fn examine(file: &mut (impl Read + Seek), extent: Extent) -> Result<u64, FileFlaw> {
    let [first, second] = headers(file)?;
    let newer = if second.transaction > first.transaction { second } else { first };
    // The length is read after the header: a file only becomes longer while it is written.
    let length = file.seek(SeekFrom::End(0))?;
    if length < newer.length() && !covers(file, &newer, length / newer.page_size)? {
        return Err(FileFlaw::Truncated { length, needed: newer.length() });
    }
    if extent == Extent::Pages {
        structure::check(file, &newer)?;
    }
    Ok(newer.length())
}

/// Reads both header pages.
fn headers(file: &mut (impl Read + Seek)) -> Result<[Meta; 2], FileFlaw> {
    let head = read_at(file, 0, META_LENGTH)?;
    if head.is_empty() {
        return Err(FileFlaw::Empty);
    }
    let first = Meta::parse(&head)?;
    let second = Meta::parse(&read_at(file, first.page_size, META_LENGTH)?).map_err(|reason| match reason {
        Unreadable::Foreign(_) => Unreadable::Damaged("its second header page is missing".to_owned()),
        other => other,
    })?;
    if first.page_size != second.page_size {
        return Err(Unreadable::Damaged("its two header pages disagree".to_owned()).into());
    }
    Ok([first, second])
}

fn refuse(path: &Path, flaw: FileFlaw, has_marker: bool) -> Error {
    let shown = path.display();
    match flaw {
        FileFlaw::Io(error) => Error::io("read", path, &error),
        FileFlaw::Empty => lost(path, "empty"),
        FileFlaw::Unreadable(Unreadable::Foreign(what)) if has_marker => {
            corrupt(path, format!("the cache {shown} was overwritten with {what}"))
        }
        FileFlaw::Unreadable(Unreadable::Foreign(what)) => {
            Error::new(ErrorKind::InvalidData, format!("expected a cache, found {what} in {shown}"))
                .with_context("path", shown.to_string())
                .hint("set `path` in [cache.config] to another folder")
        }
        FileFlaw::Unreadable(Unreadable::Version(found)) => {
            let message = format!("{shown} has data format {found} of LMDB, expected 1");
            Error::new(ErrorKind::InvalidData, message)
                .with_context("path", shown.to_string())
                .hint("use the program that created it, or set `path` in [cache.config] to another folder")
        }
        FileFlaw::Unreadable(Unreadable::Damaged(why)) if !has_marker => Error::new(
            ErrorKind::InvalidData,
            format!("expected a cache, found a damaged LMDB store in {shown}: {why}"),
        )
        .with_context("path", shown.to_string())
        .hint("set `path` in [cache.config] to another folder"),
        FileFlaw::Unreadable(Unreadable::Damaged(why)) => corrupt(path, format!("the cache {shown} is damaged: {why}")),
        FileFlaw::Truncated { length, needed } => {
            corrupt(path, format!("the cache {shown} is truncated: it has {length} bytes, its header counts {needed}"))
        }
    }
}

fn lost(path: &Path, what: &str) -> Error {
    corrupt(path, format!("the data of the cache is {what}: {}", path.display()))
}

fn corrupt(path: &Path, message: String) -> Error {
    Error::new(ErrorKind::Corrupt, message).with_context("path", path.display().to_string()).hint(
        "restore a copy, or set `on_corrupt = \"quarantine\"` in [cache.config] to rename the file and create an empty cache",
    )
}
