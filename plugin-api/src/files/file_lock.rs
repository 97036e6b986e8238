//! Locks on files that are in use. The system releases them when their process ends, however it ends. Unlike process ids,
//! they mean the same in all containers that share a folder.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Result of an attempt to take a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileLock {
    /// The lock was free, and belongs to the file until it is closed.
    Taken,
    /// Another process, or another open file of this process, has the lock.
    InUse,
    /// The system or the file system has no such locks.
    Unsupported,
}

/// Takes the lock of a file or folder, without waiting.
#[cfg(unix)]
pub(super) fn lock_file(file: &File) -> FileLock {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    loop {
        return match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => FileLock::Taken,
            Err(Errno::WOULDBLOCK) => FileLock::InUse,
            Err(Errno::INTR) => continue,
            Err(_) => FileLock::Unsupported,
        };
    }
}

/// Takes no lock on this system.
#[cfg(not(unix))]
pub(super) fn lock_file(_file: &File) -> FileLock {
    FileLock::Unsupported
}

/// Opens a file or folder to look at its lock: no link is followed, and no pipe is waited for.
///
/// # Errors
/// Those of the file system.
pub(super) fn open_to_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    options.open(path)
}

/// Returns true if both are the same file: the path may lead to another one meanwhile.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(open), Ok(named)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// Returns true: on this system an open file cannot be removed.
#[cfg(not(unix))]
pub(super) fn is_at(_file: &File, _path: &Path) -> bool {
    true
}
