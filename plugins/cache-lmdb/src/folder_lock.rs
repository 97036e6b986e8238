//! The lock of a store's folder: one process at a time opens, creates or quarantines the store.
//!
//! The lock is on the folder itself, so it leaves no file behind and survives the renaming of the store's files. The system
//! releases it when its process ends, however it ends. It does not depend on process ids, so containers that share a
//! folder may use equal ones.

use crate::holders;
use rowsmith_plugin_api::prelude::Result;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// The lock, until it is dropped.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _folder: Option<File>,
}

/// Takes the lock. Waits for a process that holds it.
///
/// # Errors
/// [`ErrorKind::Busy`](rowsmith_plugin_api::prelude::ErrorKind::Busy) with the process that holds it for the whole wait.
#[cfg(unix)]
pub(crate) fn acquire(folder: &Path, wait: Duration) -> Result<FolderLock> {
    use rowsmith_plugin_api::prelude::{Error, log};
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    use std::time::Instant;

    /// Time between two attempts.
    const PAUSE: Duration = Duration::from_millis(5);

    let file = File::open(folder).map_err(|error| Error::io("open the cache folder", folder, &error))?;
    let start = Instant::now();
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(FolderLock { _folder: Some(file) }),
            Err(Errno::WOULDBLOCK | Errno::INTR) if start.elapsed() < wait => pause(PAUSE),
            Err(Errno::WOULDBLOCK | Errno::INTR) => return Err(holders::busy(folder, folder, "is being opened", wait)),
            // Some network file systems have no such locks.
            Err(error) => {
                log::debug!("cannot lock the folder {}: {error}", folder.display());
                return Ok(FolderLock { _folder: None });
            }
        }
    }
}

/// Takes no lock: folders cannot be locked on this system.
#[cfg(not(unix))]
pub(crate) fn acquire(_folder: &Path, _wait: Duration) -> Result<FolderLock> {
    Ok(FolderLock { _folder: None })
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the call of a plugin runs on a thread that may block")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
