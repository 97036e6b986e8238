//! Opens the store of a folder: look first, map then, and only then say that a store is here.

use crate::config::{Config, OnCorrupt};
use crate::error::{already_open, from_heed};
use crate::inspect::{Found, inspect};
use crate::tables::Tables;
use crate::transaction::{Transactions, room_for};
use crate::{env, filesystem, folder, leases, marker, quarantine, tables};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::path::Path;

/// Opens the store that the config names, and begins one where there is none.
///
/// # Errors
/// [`ErrorKind::Config`], [`ErrorKind::Busy`], [`ErrorKind::Corrupt`], [`ErrorKind::InvalidData`], [`ErrorKind::Io`].
pub(crate) fn open(config: &Config) -> Result<(Transactions, Tables)> {
    config.check()?;
    let folder = folder::prepare(&config.path, config.read_only)?;
    if heed::env_closing_event(&folder).is_some() {
        return Err(already_open(&folder));
    }
    filesystem::warn_if_remote(&folder);
    let begun = marker::is_present(&folder)?;
    let used = match look(&folder, begun, config)? {
        Found::Sound { used } => used,
        Found::Nothing if config.read_only => {
            let message = format!("there is no cache in {}", folder.display());
            return Err(Error::new(ErrorKind::NotFound, message).with_context("path", folder.display().to_string()));
        }
        Found::Nothing => 0,
    };
    let map_size = usize::try_from(config.map_size().max(room_for(used))).unwrap_or(usize::MAX);
    let env = env::map(&folder, map_size, config.sync, config.read_only).map_err(|error| from_heed(error, &folder))?;
    let tables = tables::open(&env, &folder, config.read_only)?;
    let transactions = Transactions::new(env, folder, config.max_size(), config.read_only);
    if !config.read_only {
        if !begun {
            marker::write(transactions.folder())?;
        }
        tidy(&transactions, &tables)?;
    }
    Ok((transactions, tables))
}

fn look(folder: &Path, begun: bool, config: &Config) -> Result<Found> {
    match inspect(folder, begun) {
        Err(error)
            if error.kind == ErrorKind::Corrupt && config.on_corrupt == OnCorrupt::Quarantine && !config.read_only =>
        {
            quarantine::set_aside(folder, &error)?;
            Ok(Found::Nothing)
        }
        found => found,
    }
}

/// Frees what processes that were killed have left. A disk that is full is no reason not to read the cache.
fn tidy(transactions: &Transactions, tables: &Tables) -> Result<()> {
    let stale = transactions.with_env(heed::Env::clear_stale_readers)?;
    match leases::remove_expired(transactions, tables.leases) {
        Err(error) if error.kind == ErrorKind::NoSpace => log::warn!("{error}; leases of earlier runs stay"),
        other => log::debug!("freed {stale} stale readers and {} expired leases", other?),
    }
    Ok(())
}
