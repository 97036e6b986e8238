//! Conversion of LMDB's errors.

use crate::inspect::DATA_FILE;
use rowsmith_plugin_api::prelude::{Error, ErrorKind};
use std::io;
use std::path::Path;

/// Converts an error of LMDB, with the folder and a hint.
pub(crate) fn from_heed(error: heed::Error, folder: &Path) -> Error {
    match error {
        heed::Error::Io(source) => from_io(folder, &source),
        heed::Error::Mdb(source) => from_lmdb(folder, source),
        heed::Error::EnvAlreadyOpened => already_open(folder),
        heed::Error::Encoding(source) | heed::Error::Decoding(source) => store_error(
            ErrorKind::Corrupt,
            folder,
            format!("damaged entry in the cache {}: {source}", folder.display()),
        ),
    }
}

fn store_error(kind: ErrorKind, folder: &Path, message: String) -> Error {
    Error::new(kind, message).with_context("path", folder.display().to_string())
}

/// The error of a folder that this process has opened already.
pub(crate) fn already_open(folder: &Path) -> Error {
    store_error(ErrorKind::Busy, folder, format!("the cache {} is already open in this process", folder.display()))
        .hint("set `path` to another folder; one folder serves one cache")
}

/// The error of a write to a store that was opened for reading.
pub(crate) fn read_only(folder: &Path) -> Error {
    let message = format!("the cache {} is open for reading only", folder.display());
    Error::config("read_only", message).hint("set `read_only = false` in [cache.config]")
}

/// The error of a store at its maximum size.
pub(crate) fn full(folder: &Path, bytes: usize) -> Error {
    store_error(ErrorKind::NoSpace, folder, format!("the cache {} is full at {bytes} bytes", folder.display()))
        .hint("raise `max_size_mb` in [cache.config]; stored answers stay readable")
}

/// The error of a store whose map could not be restored.
pub(crate) fn unmapped(folder: &Path) -> Error {
    store_error(ErrorKind::Io, folder, format!("the cache {} cannot be mapped into memory", folder.display()))
        .hint("run again; stored answers are safe")
}

fn from_io(folder: &Path, source: &io::Error) -> Error {
    let error = Error::io("use the cache", folder.join(DATA_FILE), source);
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error { kind: ErrorKind::NoSpace, ..error }.hint("free some disk space; stored answers stay readable")
        }
        io::ErrorKind::FileTooLarge => Error { kind: ErrorKind::NoSpace, ..error }
            .hint("raise the limit of file sizes (`ulimit -f`); stored answers stay readable"),
        io::ErrorKind::OutOfMemory => {
            error.hint("raise the limit of address space (`ulimit -v`), or lower `map_size_mb` in [cache.config]")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            error.hint("make the folder writable, or set `read_only = true` in [cache.config]")
        }
        io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy => {
            Error { kind: ErrorKind::Busy, ..error }.hint("another process uses the store; run again later")
        }
        _ => error,
    }
}

fn from_lmdb(folder: &Path, source: heed::MdbError) -> Error {
    use heed::MdbError as Lmdb;
    let message = format!("cannot use the cache {}: {source}", folder.display());
    match source {
        Lmdb::Corrupted | Lmdb::PageNotFound | Lmdb::Invalid | Lmdb::CursorFull | Lmdb::PageFull => {
            store_error(ErrorKind::Corrupt, folder, message)
                .hint("restore a copy, or move the folder away to ask its rows again")
        }
        Lmdb::ReadersFull => {
            store_error(ErrorKind::Busy, folder, message).hint("run fewer processes on this store at once")
        }
        Lmdb::VersionMismatch => store_error(ErrorKind::InvalidData, folder, message)
            .hint("end the other program: it uses the store with another version of LMDB"),
        Lmdb::MapFull => store_error(ErrorKind::NoSpace, folder, message),
        Lmdb::Panic => store_error(ErrorKind::Io, folder, message).hint("run again; stored answers are safe"),
        _ => store_error(ErrorKind::Other, folder, message),
    }
}
