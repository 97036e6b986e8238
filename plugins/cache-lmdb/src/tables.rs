//! The named tables of a store.
//!
//! The name of a table ends with the version of its format. A new format has a new table.

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
    /// Values by key.
    pub(crate) answers: Table,
    /// Taken amounts by window.
    pub(crate) quota: Table,
    /// Leases by key.
    pub(crate) leases: Table,
}

/// Opens the tables. Creates them in an empty store that is writable.
///
/// # Errors
/// [`ErrorKind::InvalidData`] for a store of another program; otherwise LMDB's own.
pub(crate) fn open(env: &Env<WithoutTls>, folder: &Path, read_only: bool) -> Result<Tables> {
    let found = search(env, read_only).map_err(|error| from_heed(error, folder))?;
    found.ok_or_else(|| {
        let message = format!("the LMDB store in {} is not a cache of Rowsmith", folder.display());
        Error::new(ErrorKind::InvalidData, message)
            .with_context("path", folder.display().to_string())
            .hint("set `path` in [cache.config] to another folder")
    })
}

/// Finds the tables, or creates them in an empty store.
///
/// Another process may be creating them. If they are missing, the search is repeated after every writer has ended: a write
/// transaction waits for that. Creating tables finds those that another process has created meanwhile.
fn search(env: &Env<WithoutTls>, read_only: bool) -> heed::Result<Option<Tables>> {
    let found = find(env)?;
    if found.is_some() || read_only {
        return Ok(found);
    }
    let writer = env.write_txn()?;
    let is_empty = env.unnamed_database_stat().entries == 0;
    drop(writer);
    if is_empty { create(env).map(Some) } else { find(env) }
}

fn find(env: &Env<WithoutTls>) -> heed::Result<Option<Tables>> {
    type Opener<'e> = DatabaseOpener<'e, WithoutTls>;
    type FoundTable<'e> = Option<Database<'e, Bytes, Bytes>>;
    fn table<'e>(opener: &Opener<'e>, txn: &RoTxn<'e>, name: &str) -> heed::Result<FoundTable<'e>> {
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

fn create(env: &Env<WithoutTls>) -> heed::Result<Tables> {
    let tables = env.create_databases_and_commit(env.write_txn()?, |opener, txn| {
        let answers = opener.create_database::<Bytes, Bytes>(txn, Some(ANSWERS))?;
        let quota = opener.create_database::<Bytes, Bytes>(txn, Some(QUOTA))?;
        let leases = opener.create_database::<Bytes, Bytes>(txn, Some(LEASES))?;
        heed::Result::Ok(CommitOrAbort::<_, ()>::Commit((answers, quota, leases)))
    })?;
    let (answers, quota, leases) = tables.commit().ok_or(heed::MdbError::Problem)?;
    Ok(Tables { answers, quota, leases })
}
