//! Quarantine of a damaged store: it is renamed, so that it can be examined, and an empty one is created.
//!
//! The caller holds the lock of the folder. LMDB's lock file stays: a process that has it open would otherwise not see the
//! locks of the next ones.

use crate::holders;
use crate::inspect::DATA_FILE;
use crate::open_files::LOCK_FILE;
use rowsmith_plugin_api::prelude::{Error, Result, log};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Renames the store's file and logs the reason.
///
/// # Errors
/// When the file cannot be renamed; the reason itself when a process has the store open.
pub(crate) fn set_aside(folder: &Path, reason: &Error) -> Result<()> {
    let damaged = folder.join(DATA_FILE);
    if is_in_use(folder) {
        let users = holders::users_of(&folder.join(LOCK_FILE));
        let message = format!("{}; it is not quarantined while {users} has it open", reason.message);
        return Err(Error { message, ..reason.clone() }.hint("end the other process, and run again"));
    }
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
    Ok(())
}

/// Returns true if a process has the store open: LMDB holds a lock on its lock file as long.
///
/// Closing a file releases all such locks of this process, so this process must not have the store open.
#[cfg(unix)]
pub(crate) fn is_in_use(folder: &Path) -> bool {
    use rustix::fs::{FlockOperation, fcntl_lock};
    let lock = fs::OpenOptions::new().read(true).write(true).open(folder.join(LOCK_FILE));
    lock.is_ok_and(|lock| fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive).is_err())
}

/// Returns false: on this system, a file that is open cannot be renamed.
#[cfg(not(unix))]
pub(crate) fn is_in_use(_folder: &Path) -> bool {
    false
}
