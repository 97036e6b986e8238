//! Process ids of containers. LMDB distinguishes processes by their ids, and two containers that share a folder may have
//! processes with the same id: they would take each other's readers for their own.
//!
//! LMDB holds a lock on the byte of its lock file whose offset is the id, which shows such a process.

use rowsmith_plugin_api::prelude::Result;
use std::path::Path;

/// Fails if another process with the id of this process has the store open. The caller holds the lock of the folder.
///
/// Closing the lock file releases all such locks of this process, so this process must not have the store open.
///
/// # Errors
/// [`ErrorKind::Busy`](rowsmith_plugin_api::prelude::ErrorKind::Busy) with a context from which the host knows that a new
/// process can open the store.
#[cfg(unix)]
pub(crate) fn check_unused(folder: &Path) -> Result<()> {
    use crate::open_files::LOCK_FILE;
    use rowsmith_plugin_api::prelude::{Error, ErrorKind};
    use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};

    let Ok(lock) = std::fs::OpenOptions::new().read(true).write(true).open(folder.join(LOCK_FILE)) else {
        return Ok(());
    };
    let process = std::process::id();
    let wanted = Flock {
        start: u64::from(process),
        length: 1,
        pid: None,
        typ: FlockType::WriteLock,
        offset_type: FlockOffsetType::Set,
    };
    if !matches!(fcntl_getlk(&lock, &wanted), Ok(Some(_))) {
        return Ok(());
    }
    let message = format!(
        "the cache {} is open in another container, in a process with the id {process} of this process",
        folder.display()
    );
    Err(Error::new(ErrorKind::Busy, message)
        .with_context("path", folder.display().to_string())
        .with_context("needs_new_process", process.to_string())
        .hint("set `isolation = \"process\"` in [cache]"))
}

/// Accepts every process: this system has no containers with processes of equal ids.
#[cfg(not(unix))]
pub(crate) fn check_unused(_folder: &Path) -> Result<()> {
    Ok(())
}
