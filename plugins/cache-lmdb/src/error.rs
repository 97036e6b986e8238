//! LMDB's failures as the host's errors.

use crate::inspect::DATA_FILE;
use rowsmith_plugin_api::prelude::{Error, ErrorKind};
use std::io;
use std::path::Path;

/// Says what failed, where, and what to do about it.
pub(crate) fn from_heed(error: heed::Error, folder: &Path) -> Error {
    match error {
        heed::Error::Io(source) => from_io(folder, &source),
        heed::Error::Mdb(source) => from_lmdb(folder, source),
        heed::Error::EnvAlreadyOpened => already_open(folder),
        heed::Error::Encoding(source) | heed::Error::Decoding(source) => about(
            ErrorKind::Corrupt,
            folder,
            format!("an entry of the cache {} is damaged: {source}", folder.display()),
        ),
    }
}

fn about(kind: ErrorKind, folder: &Path, message: String) -> Error {
    Error::new(kind, message).with_context("path", folder.display().to_string())
}

/// The folder is open in this process already.
pub(crate) fn already_open(folder: &Path) -> Error {
    about(ErrorKind::Busy, folder, format!("the cache {} is open in this process already", folder.display()))
        .hint("one folder serves one cache; name another one as `path`")
}

/// The store was opened for reading.
pub(crate) fn read_only(folder: &Path) -> Error {
    let message = format!("the cache {} is open for reading only", folder.display());
    Error::config("read_only", message).hint("set `read_only = false` in [cache.config]")
}

/// The store may not grow further.
pub(crate) fn full(folder: &Path, bytes: usize) -> Error {
    about(ErrorKind::NoSpace, folder, format!("the cache {} is full at {bytes} bytes", folder.display()))
        .hint("raise `max_size_mb` in [cache.config]; what is stored stays readable")
}

/// The map could not be set up again, so nothing can be read any more.
pub(crate) fn unmapped(folder: &Path) -> Error {
    about(ErrorKind::Io, folder, format!("the cache {} cannot be mapped into memory", folder.display()))
        .hint("start again; what is stored is safe")
}

fn from_io(folder: &Path, source: &io::Error) -> Error {
    let error = Error::io("use the cache", folder.join(DATA_FILE), source);
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error { kind: ErrorKind::NoSpace, ..error }.hint("free some disk space; what is stored stays readable")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            error.hint("the folder's user needs to write to it; `read_only = true` in [cache.config] needs less")
        }
        io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy => {
            Error { kind: ErrorKind::Busy, ..error }.hint("another process holds the store; try again")
        }
        _ => error,
    }
}

fn from_lmdb(folder: &Path, source: heed::MdbError) -> Error {
    use heed::MdbError as Lmdb;
    let message = format!("cannot use the cache {}: {source}", folder.display());
    match source {
        Lmdb::Corrupted | Lmdb::PageNotFound | Lmdb::Invalid | Lmdb::CursorFull | Lmdb::PageFull => {
            about(ErrorKind::Corrupt, folder, message)
                .hint("restore it from a copy, or move the folder away: its rows are then asked again")
        }
        Lmdb::ReadersFull => about(ErrorKind::Busy, folder, message).hint("too many processes read the store at once"),
        Lmdb::VersionMismatch => {
            about(ErrorKind::InvalidData, folder, message).hint("another version of LMDB uses the store at the moment")
        }
        Lmdb::MapFull => about(ErrorKind::NoSpace, folder, message),
        Lmdb::Panic => about(ErrorKind::Io, folder, message).hint("start again; what is stored is safe"),
        _ => about(ErrorKind::Other, folder, message),
    }
}
