//! Conversion of SQLite's errors.

use rowsmith_plugin_api::prelude::*;
use rusqlite::ErrorCode;
use std::path::Path;

/// Converts an error, with the action and the file.
pub(crate) fn of(action: &str, path: &Path, source: &rusqlite::Error) -> Error {
    let kind = match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ErrorKind::Corrupt,
        Some(ErrorCode::DiskFull) => ErrorKind::NoSpace,
        Some(_) => ErrorKind::Io,
        None => ErrorKind::Other,
    };
    let error = Error::new(kind, format!("cannot {action} the cache {}: {source}", path.display()))
        .with_context("path", path.display().to_string());
    match kind {
        ErrorKind::Busy => error.hint("another process is writing; raise `busy_secs`"),
        ErrorKind::Corrupt => error.hint("move the file away; the next run creates a new one"),
        _ => error,
    }
}
