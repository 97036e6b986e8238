//! Puts a damaged store aside, so that an empty one can begin and nothing is lost that could be looked into.

use crate::inspect::DATA_FILE;
use rowsmith_plugin_api::prelude::{Error, Result, log};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const LOCK_FILE: &str = "lock.mdb";

/// Renames the store's file and removes LMDB's lock file, which belongs to it. `reason` goes to the log.
///
/// # Errors
/// When the file cannot be renamed.
pub(crate) fn set_aside(folder: &Path, reason: &Error) -> Result<()> {
    let damaged = folder.join(DATA_FILE);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    // An earlier file of the same second is not written over.
    let mut names =
        (seconds..seconds.saturating_add(1_000)).map(|time| folder.join(format!("{DATA_FILE}.corrupt-{time}")));
    let Some(aside) = names.find(|name| !name.exists()) else {
        return Err(reason.clone());
    };
    match fs::rename(&damaged, &aside) {
        Ok(()) => log::warn!("{reason}; it was put aside as {} and an empty cache begins", aside.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => log::warn!("{reason}; an empty cache begins"),
        Err(error) => return Err(Error::io("put aside", &damaged, &error)),
    }
    let lock = folder.join(LOCK_FILE);
    match fs::remove_file(&lock) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &lock, &error)),
        _ => Ok(()),
    }
}
