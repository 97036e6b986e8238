//! One connection, and the file behind it.

use crate::error;
use rowsmith_plugin_api::prelude::*;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// "rows" in ASCII: tells our files from others'.
const APPLICATION: i32 = 0x726f_7773;
/// The version of the table below. A later one is not guessed at.
const FORMAT: i32 = 1;
/// How often the mode of the file is set while other processes do the same.
const TRIES: u32 = 50;

/// A connection to a database that is one of ours.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

impl Database {
    /// Opens the file, and makes it when there is none.
    pub(crate) fn open(path: &Path, busy: Duration) -> Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| Error::io("make", folder, &e))?;
        }
        let failed = |e: rusqlite::Error| error::of("open", path, &e);
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(busy).map_err(failed)?;
        write_ahead(&connection).map_err(failed)?;
        // What `put_many` has stored survives a power failure too.
        connection.pragma_update(None, "synchronous", "full").map_err(failed)?;
        prepare(&mut connection, path)?;
        let path = fs::canonicalize(path).map_err(|e| Error::io("find", path, &e))?;
        Ok(Self { connection, path })
    }
}

/// Writers append to a log of their own, so that readers need not wait for them.
///
/// While two processes change the mode at once, one of them is told that the file is busy without any waiting. An
/// empty transaction does wait, so it stands between two tries.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 1..TRIES {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            result => return result,
        }
    }
    connection.pragma_update(None, "journal_mode", "wal")
}

/// Makes the table in a new file, and refuses a file that is not ours or of a later format.
fn prepare(connection: &mut Connection, path: &Path) -> Result<()> {
    let failed = |e: rusqlite::Error| error::of("open", path, &e);
    // From the beginning under the lock of a writer: two processes may find the same empty file.
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
            let message = format!("the cache {} has format {format}, and this plugin reads {FORMAT}", path.display());
            return Err(Error::config("path", message).hint("use the plugin that wrote it, or name another file"));
        }
        _ => {
            let message = format!("{} is a database of another program", path.display());
            return Err(Error::config("path", message).hint("name a file that does not exist yet"));
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
