//! Opening of a store: inspect the file, map it, then write the marker.

use crate::config::{Config, OnCorrupt};
use crate::error::{already_open, from_heed};
use crate::inspect::{StoreFile, inspect};
use crate::tables::Tables;
use crate::transaction::{Transactions, room_for};
use crate::{env, filesystem, folder, leases, marker, quarantine, tables};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::path::Path;

/// Opens the store of the config. Creates one if there is none.
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
    let has_marker = marker::is_present(&folder)?;
    let used = match inspect_or_quarantine(&folder, has_marker, config)? {
        StoreFile::Sound { used } => used,
        StoreFile::Missing if config.read_only => {
            let message = format!("no cache in {}", folder.display());
            return Err(Error::new(ErrorKind::NotFound, message).with_context("path", folder.display().to_string()));
        }
        StoreFile::Missing => 0,
    };
    let map_size = usize::try_from(config.map_size().max(room_for(used))).unwrap_or(usize::MAX);
    let env = env::map(&folder, map_size, config.sync, config.read_only).map_err(|error| from_heed(error, &folder))?;
    let tables = tables::open(&env, &folder, config.read_only)?;
    let transactions = Transactions::new(env, folder, config.max_size(), config.read_only);
    if !config.read_only {
        if !has_marker {
            marker::write(transactions.folder())?;
        }
        clean_up(&transactions, &tables)?;
    }
    Ok((transactions, tables))
}

fn inspect_or_quarantine(folder: &Path, has_marker: bool, config: &Config) -> Result<StoreFile> {
    match inspect(folder, has_marker) {
        Err(error)
            if error.kind == ErrorKind::Corrupt && config.on_corrupt == OnCorrupt::Quarantine && !config.read_only =>
        {
            quarantine::set_aside(folder, &error)?;
            Ok(StoreFile::Missing)
        }
        result => result,
    }
}

/// Removes what killed processes have left. A full disk does not prevent reading the cache.
fn clean_up(transactions: &Transactions, tables: &Tables) -> Result<()> {
    let stale = transactions.with_env(heed::Env::clear_stale_readers)?;
    match leases::remove_expired(transactions, tables.leases) {
        Err(error) if error.kind == ErrorKind::NoSpace => log::warn!("{error}; leases of earlier runs stay"),
        other => log::debug!("freed {stale} stale readers and {} expired leases", other?),
    }
    Ok(())
}
