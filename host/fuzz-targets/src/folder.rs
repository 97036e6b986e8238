//! A folder for the files of a target, one per target and process.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// Folder of a target, created at its first use.
pub(crate) struct Folder(LazyLock<TempDir>);

impl Folder {
    pub(crate) const fn new() -> Self {
        Self(LazyLock::new(|| tempfile::tempdir().expect("a folder for the files")))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        path
    }
}
