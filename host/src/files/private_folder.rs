//! Temporary folders that only this process uses. Those of killed processes are removed by the next process that creates one.
//!
//! A process holds a lock in its folder until it ends. A process id would not do: containers that share a folder have equal
//! ids, and the system uses ids again.

use super::leftovers::Registered;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Name of the locked file in a folder.
const LOCK: &str = "lock";
/// Name of the file until it is locked.
const NEW_LOCK: &str = "lock.new";
/// Age from which a folder without a lock is abandoned: its process was killed while it created the folder.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A temporary folder with access for its owner only, removed when the value is dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    // Removed before the lock is released.
    folder: TempDir,
    _leftover: Registered,
    _lock: File,
}

impl PrivateFolder {
    /// Creates a folder whose name begins with `prefix`, and removes abandoned ones of this prefix.
    ///
    /// # Errors
    /// If the folder cannot be created.
    pub fn create(parent: &Path, prefix: &str) -> io::Result<Self> {
        remove_abandoned(parent, prefix);
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(parent)?;
        let leftover = Registered::path(folder.path());
        let new = folder.path().join(NEW_LOCK);
        let lock = OpenOptions::new().create_new(true).write(true).open(&new)?;
        try_lock(&lock);
        // The name appears with the lock, so that no other process finds it without.
        fs::rename(new, folder.path().join(LOCK))?;
        Ok(Self { folder, _leftover: leftover, _lock: lock })
    }

    /// Returns the path of a file or a folder in the folder.
    pub fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Removes the folders of ended processes. A folder that cannot be removed stays for another process.
fn remove_abandoned(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix));
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        // The lock is held until the folder is removed.
        let lock = open_lock(&path.join(LOCK));
        let ended = match &lock {
            Ok(lock) => try_lock(lock) || (cfg!(not(unix)) && is_old(&path)),
            Err(error) => error.kind() == io::ErrorKind::NotFound && is_old(&path),
        };
        if ended {
            fs::remove_dir_all(path).unwrap_or_default();
        }
    }
}

/// Opens a lock file of another process; a link or a pipe in its place is neither followed nor waited for.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options.open(path)
}

/// Returns true if this process holds the lock now.
#[cfg(unix)]
fn try_lock(file: &File) -> bool {
    rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Without locks, only the age of a folder counts.
#[cfg(not(unix))]
fn try_lock(_: &File) -> bool {
    false
}

fn is_old(folder: &Path) -> bool {
    let modified = folder.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn only_folders_of_ended_processes_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        for name in ["mine-killed", "mine-new", "mine-old", "other-killed"] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("content"), "x").unwrap();
        }
        for name in ["mine-killed", "other-killed"] {
            fs::write(path(name).join(LOCK), "").unwrap();
        }
        let old = SystemTime::now() - ABANDONED * 2;
        File::open(path("mine-old")).unwrap().set_modified(old).unwrap();
        fs::write(path("mine-file"), "").unwrap();
        std::os::unix::fs::symlink(path("other-killed"), path("mine-link")).unwrap();

        let running = PrivateFolder::create(parent.path(), "mine-").unwrap();
        fs::write(running.join("content"), "x").unwrap();
        let second = PrivateFolder::create(parent.path(), "mine-").unwrap();
        assert!(running.join("content").exists(), "a folder in use stays");
        let names = ["mine-killed", "mine-old", "mine-new", "mine-file", "mine-link", "other-killed"];
        let left: Vec<&str> = names.into_iter().filter(|name| path(name).symlink_metadata().is_ok()).collect();
        assert_eq!(left, ["mine-new", "mine-file", "mine-link", "other-killed"]);
        assert!(path("other-killed").join("content").exists(), "links are not followed");

        let mode = std::os::unix::fs::PermissionsExt::mode(&second.folder.path().metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o700);
        let gone = second.join("");
        drop(second);
        assert!(!gone.exists());
    }
}
