//! The store's folder.

use rowsmith_plugin_api::prelude::{Error, Result};
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

/// Creates the folder unless it exists. Returns its canonical path.
///
/// # Errors
/// [`Error::config`] when the path is a file; otherwise when the folder cannot be created or, read-only, does not exist.
pub(crate) fn prepare(path: &Path, read_only: bool) -> Result<PathBuf> {
    if path.exists() && !path.is_dir() {
        return Err(Error::config("path", format!("`path` is the file {}, expected a folder", path.display())));
    }
    if !read_only {
        builder().create(path).map_err(|error| {
            Error::io("create the cache folder", path, &error).hint("set `path` in [cache.config] to a writable folder")
        })?;
    }
    path.canonicalize().map_err(|error| Error::io("find the cache folder", path, &error))
}

/// Only the owner may read a new folder: answers may be private.
fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
