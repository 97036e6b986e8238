//! The named tables of a store.
//!
//! A table's name ends with the version of what is in it; a change of format is a new table.

use crate::error::from_heed;
use heed::types::Bytes;
use heed::{CommitOrAbort, Database, DatabaseOpener, Env, RoTxn, WithoutTls};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use std::path::Path;

/// A table of bytes.
pub(crate) type Table = Database<'static, Bytes, Bytes>;

const ANSWERS: &str = "answers-v1";
const QUOTA: &str = "quota-v1";
/// The name that the first version gave to leases.
const LEASES: &str = "claims-v1";

/// The tables of one store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tables {
    /// Keys to values.
    pub(crate) answers: Table,
    /// Windows to what was taken in them.
    pub(crate) quota: Table,
    /// Keys to their leases.
    pub(crate) leases: Table,
}

/// Opens the tables, and makes them in an empty store that may be written to.
///
/// # Errors
/// [`ErrorKind::InvalidData`] when the store is another program's; otherwise LMDB's own.
pub(crate) fn open(env: &Env<WithoutTls>, folder: &Path, read_only: bool) -> Result<Tables> {
    let found = search(env, read_only).map_err(|error| from_heed(error, folder))?;
    found.ok_or_else(|| {
        let message = format!("{} holds an LMDB store of another program", folder.display());
        Error::new(ErrorKind::InvalidData, message)
            .with_context("path", folder.display().to_string())
            .hint("name another folder as `path` in [cache.config]")
    })
}

/// Finds the tables. Another process may be making them at this moment: when they are not there, the search
/// is repeated after every writer has ended, because only a write transaction waits for that. In a store that
/// is still empty they are made; making them finds those that another process has made meanwhile.
fn search(env: &Env<WithoutTls>, read_only: bool) -> heed::Result<Option<Tables>> {
    let found = find(env)?;
    if found.is_some() || read_only {
        return Ok(found);
    }
    let writer = env.write_txn()?;
    let is_empty = env.unnamed_database_stat().entries == 0;
    drop(writer);
    if is_empty { make(env).map(Some) } else { find(env) }
}

fn find(env: &Env<WithoutTls>) -> heed::Result<Option<Tables>> {
    type Opener<'e> = DatabaseOpener<'e, WithoutTls>;
    type Found<'e> = Option<Database<'e, Bytes, Bytes>>;
    fn table<'e>(opener: &Opener<'e>, txn: &RoTxn<'e>, name: &str) -> heed::Result<Found<'e>> {
        opener.open_database(txn, Some(name))
    }
    let tables = env.open_databases_and_commit(env.read_txn()?, |opener, txn| {
        let tables = (table(opener, txn, ANSWERS)?, table(opener, txn, QUOTA)?, table(opener, txn, LEASES)?);
        heed::Result::Ok(CommitOrAbort::<_, ()>::Commit(tables))
    })?;
    Ok(match tables.commit() {
        Some((Some(answers), Some(quota), Some(leases))) => Some(Tables { answers, quota, leases }),
        _ => None,
    })
}

fn make(env: &Env<WithoutTls>) -> heed::Result<Tables> {
    let tables = env.create_databases_and_commit(env.write_txn()?, |opener, txn| {
        let answers = opener.create_database::<Bytes, Bytes>(txn, Some(ANSWERS))?;
        let quota = opener.create_database::<Bytes, Bytes>(txn, Some(QUOTA))?;
        let leases = opener.create_database::<Bytes, Bytes>(txn, Some(LEASES))?;
        heed::Result::Ok(CommitOrAbort::<_, ()>::Commit((answers, quota, leases)))
    })?;
    let (answers, quota, leases) = tables.commit().ok_or(heed::MdbError::Problem)?;
    Ok(Tables { answers, quota, leases })
}
