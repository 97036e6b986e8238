//! Quarantine of a damaged store: it is renamed, so that it can be examined, and an empty one is created.

use crate::inspect::DATA_FILE;
use rowsmith_plugin_api::prelude::{Error, Result, log};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const LOCK_FILE: &str = "lock.mdb";

/// Renames the store's file, removes LMDB's lock file, and logs the reason.
///
/// # Errors
/// When the file cannot be renamed.
pub(crate) fn set_aside(folder: &Path, reason: &Error) -> Result<()> {
    let damaged = folder.join(DATA_FILE);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    // An earlier file of the same second is kept.
    let mut names =
        (seconds..seconds.saturating_add(1_000)).map(|time| folder.join(format!("{DATA_FILE}.corrupt-{time}")));
    let Some(aside) = names.find(|name| !name.exists()) else {
        return Err(reason.clone());
    };
    match fs::rename(&damaged, &aside) {
        Ok(()) => log::warn!("{reason}; renamed to {}, creating an empty cache", aside.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => log::warn!("{reason}; creating an empty cache"),
        Err(error) => return Err(Error::io("rename", &damaged, &error)),
    }
    let lock = folder.join(LOCK_FILE);
    match fs::remove_file(&lock) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &lock, &error)),
        _ => Ok(()),
    }
}
