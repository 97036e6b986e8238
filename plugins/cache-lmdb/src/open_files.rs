//! The files of an open store. LMDB keeps using files that were deleted, moved or replaced, so answers would be lost
//! without an error, and it reads a truncated file to the end of the process. Both are detected here.

use crate::inspect::DATA_FILE;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Name of LMDB's lock file.
pub(crate) const LOCK_FILE: &str = "lock.mdb";

/// Identity of a file: device and number on Unix.
type FileId = (u64, u64);

/// The files that the store had when it was opened.
#[derive(Debug)]
pub(crate) struct OpenFiles {
    folder: PathBuf,
    files: Vec<(&'static str, FileId)>,
    /// Longest length of the data file so far: LMDB never shortens it.
    length: AtomicU64,
}

impl OpenFiles {
    /// Remembers the files of a store that was just opened.
    pub(crate) fn of(folder: &Path) -> Self {
        let id = |name: &'static str| Some((name, id_of(&fs::metadata(folder.join(name)).ok()?)));
        // A store on a read-only file system has no lock file.
        let files = [DATA_FILE, LOCK_FILE].into_iter().filter_map(id).collect();
        Self { folder: folder.to_owned(), files, length: AtomicU64::new(0) }
    }

    /// Checks that the paths still lead to the files of the store.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] when a file was deleted, moved, replaced or truncated.
    pub(crate) fn check(&self) -> Result<()> {
        // Read before the file: another thread may see a longer one meanwhile.
        let known = self.length.load(Ordering::Acquire);
        for (name, id) in &self.files {
            let path = self.folder.join(name);
            let found = match fs::metadata(&path) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(self.lost(name, "is missing")),
                Err(error) => return Err(Error::io("use the cache", &path, &error)),
            };
            if id_of(&found) != *id {
                return Err(self.lost(name, "was replaced"));
            }
            if *name == DATA_FILE {
                if found.len() < known {
                    return Err(self.lost(name, "was truncated"));
                }
                self.length.fetch_max(found.len(), Ordering::AcqRel);
            }
        }
        Ok(())
    }

    /// Returns true if the data file is as long as the process may make a file. LMDB then reports only a partial write.
    #[cfg(unix)]
    pub(crate) fn is_at_size_limit(&self) -> bool {
        use rustix::process::{Resource, getrlimit};
        let length = fs::metadata(self.folder.join(DATA_FILE)).map_or(0, |data| data.len());
        getrlimit(Resource::Fsize).current.is_some_and(|limit| length >= limit)
    }

    /// Returns false: this system has no such limit.
    #[cfg(not(unix))]
    pub(crate) fn is_at_size_limit(&self) -> bool {
        false
    }

    fn lost(&self, name: &str, change: &str) -> Error {
        let folder = self.folder.display();
        let message = format!("the cache {folder} was changed by another program while it was open: {name} {change}");
        Error::new(ErrorKind::Corrupt, message)
            .with_context("path", folder.to_string())
            .hint("restore the folder; answers that it does not have are asked again")
    }
}

#[cfg(unix)]
fn id_of(file: &Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    (file.dev(), file.ino())
}

/// Only a missing file is detected on this system, which does not allow to delete or replace an open one.
#[cfg(not(unix))]
fn id_of(_file: &Metadata) -> FileId {
    (0, 0)
}
