//! The connection to the database file.

use crate::error;
use rowsmith_plugin_api::prelude::*;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// "rows" in ASCII; identifies files of this plugin.
const APPLICATION: i32 = 0x726f_7773;
/// Version of the table below.
const FORMAT: i32 = 1;
/// Maximum tries to set the mode of the file while other processes do the same.
const MAX_TRIES: u32 = 50;

/// A connection to a database of this plugin.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

impl Database {
    /// Opens the file. Creates it when missing.
    pub(crate) fn open(path: &Path, busy: Duration) -> Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| Error::io("create", folder, &e))?;
        }
        let failed = |e: rusqlite::Error| error::of("open", path, &e);
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(busy).map_err(failed)?;
        write_ahead(&connection).map_err(failed)?;
        // Stored answers survive a power failure.
        connection.pragma_update(None, "synchronous", "full").map_err(failed)?;
        prepare(&mut connection, path)?;
        let path = fs::canonicalize(path).map_err(|e| Error::io("find", path, &e))?;
        Ok(Self { connection, path })
    }
}

/// Sets the write-ahead log, so that readers do not wait for writers.
///
/// When two processes change the mode at once, one of them gets a busy error without waiting. An empty transaction waits,
/// so it runs between two tries.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 1..MAX_TRIES {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            result => return result,
        }
    }
    connection.pragma_update(None, "journal_mode", "wal")
}

/// Creates the table in a new file. Refuses foreign files and newer formats.
fn prepare(connection: &mut Connection, path: &Path) -> Result<()> {
    let failed = |e: rusqlite::Error| error::of("open", path, &e);
    // The lock of a writer is needed from the start: two processes may open the same empty file.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let application = number("application_id").map_err(failed)?;
    let format = number("user_version").map_err(failed)?;
    let tables: u32 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    match (application, format, tables) {
        (APPLICATION, FORMAT, _) => return Ok(()),
        (0, 0, 0) => {}
        (APPLICATION, ..) => {
            let message = format!("the cache {} has format {format}, expected {FORMAT}", path.display());
            return Err(Error::config("path", message).hint("use the plugin version that created it, or another file"));
        }
        _ => {
            let message = format!("the database {} is not a cache of this plugin", path.display());
            return Err(Error::config("path", message).hint("set `path` to a new file"));
        }
    }
    transaction
        .execute_batch(&format!(
            "CREATE TABLE answers (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
             PRAGMA application_id = {APPLICATION};
             PRAGMA user_version = {FORMAT};"
        ))
        .and_then(|()| transaction.commit())
        .map_err(failed)
}
