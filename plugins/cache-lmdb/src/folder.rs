//! The store's folder: made when it may be, and known by one name.

use rowsmith_plugin_api::prelude::{Error, Result};
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

/// Makes the folder unless it exists, and returns its canonical path.
///
/// # Errors
/// [`Error::config`] when the path is a file; otherwise when the folder cannot be made or, read-only, is not there.
pub(crate) fn prepare(path: &Path, read_only: bool) -> Result<PathBuf> {
    if path.exists() && !path.is_dir() {
        return Err(Error::config("path", format!("`path` is {}, which is a file and not a folder", path.display())));
    }
    if !read_only {
        builder().create(path).map_err(|error| {
            Error::io("make the cache folder", path, &error)
                .hint("name a folder you may write to as `path` in [cache.config]")
        })?;
    }
    path.canonicalize().map_err(|error| Error::io("find the cache folder", path, &error))
}

/// Answers may be private, so new folders are their owner's alone.
fn builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
