//! Looks at `data.mdb` before LMDB maps it.
//!
//! LMDB believes its header. Reading a page that the header counts and the file lacks ends the process, so such a file
//! is refused here, with both sizes. A file that is in use by another process may be looked at while it grows.

use crate::free_list::{covers, read_at};
use crate::meta::{META_LENGTH, Meta, Unreadable};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// LMDB's name for its file.
pub(crate) const DATA_FILE: &str = "data.mdb";

/// How often a file is looked at before it is called damaged: a writer may be at work.
const LOOKS: u32 = 3;

/// What is in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// No store yet.
    Nothing,
    /// A store that LMDB can map.
    Sound {
        /// How many bytes of it are in use.
        used: u64,
    },
}

enum Flaw {
    Io(io::Error),
    Empty,
    Unreadable(Unreadable),
    Short { length: u64, needed: u64 },
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Unreadable> for Flaw {
    fn from(reason: Unreadable) -> Self {
        Self::Unreadable(reason)
    }
}

/// Looks at the store's file; `begun` says that a store was made in this folder before.
///
/// # Errors
/// [`ErrorKind::Corrupt`] when a store is damaged or gone, [`ErrorKind::InvalidData`] when the file is not ours.
pub(crate) fn inspect(folder: &Path, begun: bool) -> Result<Found> {
    let path = folder.join(DATA_FILE);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !begun => return Ok(Found::Nothing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(lost(&path, "missing")),
        Err(error) => return Err(Error::io("open", &path, &error)),
    };
    for _ in 1..LOOKS {
        if let Ok(used) = examine(&mut file) {
            return Ok(Found::Sound { used });
        }
        std::thread::yield_now();
    }
    match examine(&mut file) {
        Ok(used) => Ok(Found::Sound { used }),
        Err(Flaw::Empty) if !begun => Ok(Found::Nothing),
        Err(flaw) => Err(refuse(&path, flaw, begun)),
    }
}

/// Returns how many bytes are in use.
fn examine(file: &mut (impl Read + Seek)) -> Result<u64, Flaw> {
    let head = read_at(file, 0, META_LENGTH)?;
    if head.is_empty() {
        return Err(Flaw::Empty);
    }
    let first = Meta::parse(&head)?;
    let second = Meta::parse(&read_at(file, first.page_size, META_LENGTH)?).map_err(|reason| match reason {
        Unreadable::Foreign(_) => Unreadable::Damaged("its second header page is gone".to_owned()),
        other => other,
    })?;
    if first.page_size != second.page_size {
        return Err(Unreadable::Damaged("its two header pages disagree".to_owned()).into());
    }
    let newer = if second.transaction > first.transaction { second } else { first };
    // The length is read after the header: a file that is being written only gets longer.
    let length = file.seek(SeekFrom::End(0))?;
    if length < newer.length() && !covers(file, &newer, length / newer.page_size)? {
        return Err(Flaw::Short { length, needed: newer.length() });
    }
    Ok(newer.length())
}

fn refuse(path: &Path, flaw: Flaw, begun: bool) -> Error {
    let shown = path.display();
    match flaw {
        Flaw::Io(error) => Error::io("read", path, &error),
        Flaw::Empty => lost(path, "empty"),
        Flaw::Unreadable(Unreadable::Foreign(what)) if begun => {
            corrupt(path, format!("the cache {shown} was overwritten: it is {what} now"))
        }
        Flaw::Unreadable(Unreadable::Foreign(what)) => {
            Error::new(ErrorKind::InvalidData, format!("{shown} is not a cache, but {what}"))
                .with_context("path", shown.to_string())
                .hint("name another folder as `path` in [cache.config]")
        }
        Flaw::Unreadable(Unreadable::Version(found)) => {
            let message = format!("{shown} has LMDB's data format {found}, but this version reads format 1");
            Error::new(ErrorKind::InvalidData, message)
                .with_context("path", shown.to_string())
                .hint("open it with the program that made it, or name another folder as `path` in [cache.config]")
        }
        Flaw::Unreadable(Unreadable::Damaged(why)) => corrupt(path, format!("the cache {shown} is damaged: {why}")),
        Flaw::Short { length, needed } => corrupt(
            path,
            format!("the cache {shown} was cut short: it has {length} bytes, but its header counts {needed}"),
        ),
    }
}

fn lost(path: &Path, what: &str) -> Error {
    corrupt(path, format!("the cache {} is {what}, though a store was made in this folder", path.display()))
}

fn corrupt(path: &Path, message: String) -> Error {
    Error::new(ErrorKind::Corrupt, message).with_context("path", path.display().to_string()).hint(
        "restore the file from a copy, or set `on_corrupt = \"quarantine\"` in [cache.config] to put it aside and begin an empty cache",
    )
}
