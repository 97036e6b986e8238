//! Opening of a store: inspect the file, map it, then write the marker. One process at a time does this with a folder.

use crate::config::{Config, OnCorrupt};
use crate::error::{already_open, from_heed};
use crate::inspect::{Extent, StoreFile, inspect};
use crate::open_files::LOCK_FILE;
use crate::tables::Tables;
use crate::transaction::{Limits, Transactions, room_for};
use crate::worker::Worker;
use crate::{boot_time, env, filesystem, folder, folder_lock, holders, leases, marker, process_id, quarantine, tables};
use heed::{Env, WithoutTls};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::path::Path;

/// Opens the store of the config. Creates one if there is none.
///
/// # Errors
/// [`ErrorKind::Config`], [`ErrorKind::Busy`], [`ErrorKind::Corrupt`], [`ErrorKind::InvalidData`], [`ErrorKind::Io`].
pub(crate) fn open(config: &Config) -> Result<(Transactions, Tables, i64)> {
    config.check()?;
    let folder = folder::prepare(&config.path, config.read_only)?;
    if heed::env_closing_event(&folder).is_some() {
        return Err(already_open(&folder));
    }
    filesystem::warn_if_remote(&folder);
    let lock = folder_lock::acquire(&folder, config.lock_wait())?;
    process_id::check_unused(&folder)?;
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
    let worker = Worker::start()?;
    let (env, tables) = map(&folder, &worker, map_size, config)?;
    let limits = Limits { max_size: config.max_size(), lock_wait: config.lock_wait(), read_only: config.read_only };
    let transactions = Transactions::new(env, folder, worker, limits);
    if config.read_only {
        return Ok((transactions, tables, 0));
    }
    marker::remove_drafts(transactions.folder());
    if !has_marker {
        marker::write(transactions.folder())?;
    }
    drop(lock);
    let shift_ms = clean_up(&transactions, &tables)?;
    Ok((transactions, tables, shift_ms))
}

/// Maps the store and opens its tables, on the thread that may wait for LMDB's locks.
fn map(folder: &Path, worker: &Worker, map_size: usize, config: &Config) -> Result<(Env<WithoutTls>, Tables)> {
    let (path, sync, read_only) = (folder.to_owned(), config.sync, config.read_only);
    let opened = worker.run(config.lock_wait(), move |_| {
        let env = env::map(&path, map_size, sync, read_only).map_err(|error| from_heed(error, &path))?;
        // Killed processes may have left no place for a reader.
        let stale = env.clear_stale_readers().map_err(|error| from_heed(error, &path))?;
        log::debug!("freed {stale} stale readers");
        let tables = tables::open(&env, &path, read_only)?;
        Ok((env, tables))
    })?;
    let busy = || holders::busy(folder, &folder.join(LOCK_FILE), "is being opened or written", config.lock_wait());
    opened.unwrap_or_else(|| Err(busy()))
}

fn inspect_or_quarantine(folder: &Path, has_marker: bool, config: &Config) -> Result<StoreFile> {
    // A process that has the store open has checked it, and may be writing to it.
    let extent = if quarantine::is_in_use(folder) { Extent::Header } else { Extent::Pages };
    match inspect(folder, has_marker, extent) {
        Err(error)
            if error.kind == ErrorKind::Corrupt && config.on_corrupt == OnCorrupt::Quarantine && !config.read_only =>
        {
            quarantine::set_aside(folder, &error)?;
            Ok(StoreFile::Missing)
        }
        result => result,
    }
}

/// Removes the records of killed processes; returns the shift of the clock. Neither a full disk nor a busy writer prevents
/// reading the cache.
fn clean_up(transactions: &Transactions, tables: &Tables) -> Result<i64> {
    let cleaned = boot_time::shift_ms(transactions, tables.quota).and_then(|shift_ms| {
        let expired = leases::remove_expired(transactions, tables.leases, shift_ms)?;
        log::debug!("removed {expired} expired leases");
        Ok(shift_ms)
    });
    match cleaned {
        Err(error) if matches!(error.kind, ErrorKind::NoSpace | ErrorKind::Busy) => {
            log::warn!("{error}; leases of earlier runs stay");
            Ok(0)
        }
        other => other,
    }
}
