//! SQLite's failures as the host's errors.

use rowsmith_plugin_api::prelude::*;
use rusqlite::ErrorCode;
use std::path::Path;

/// Says what failed, where, and what it means for the run.
pub(crate) fn of(doing: &str, path: &Path, source: &rusqlite::Error) -> Error {
    let kind = match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ErrorKind::Corrupt,
        Some(ErrorCode::DiskFull) => ErrorKind::NoSpace,
        Some(_) => ErrorKind::Io,
        None => ErrorKind::Other,
    };
    let error = Error::new(kind, format!("cannot {doing} the cache {}: {source}", path.display()))
        .with_context("path", path.display().to_string());
    match kind {
        ErrorKind::Busy => error.hint("another process writes to it for long; raise `busy_secs`"),
        ErrorKind::Corrupt => error.hint("move the file away; the next run starts a new one"),
        _ => error,
    }
}
