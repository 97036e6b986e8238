//! [`Destination`]: the standard output, a device or pipe, or a file with its real path.
//!
//! Links are followed to their file, even one that does not exist yet: replacing the link would leave the old rows in
//! the real file.

use crate::error::{Error, ErrorKind, Result};
use crate::exporter::Target;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Maximum number of links to follow, as on Linux.
const MAX_LINKS: u8 = 40;

/// The destination that a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    /// The standard output.
    Stdout,
    /// A device or a pipe, which is written directly, as it cannot be replaced.
    Device(PathBuf),
    /// A file that exists or will exist.
    File(PathBuf),
}

impl Destination {
    /// The destination of a path at this moment; a path that cannot be written counts as a file.
    pub(super) fn named(path: &str) -> Self {
        if path == "-" {
            return Self::Stdout;
        }
        match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() => Self::Device(PathBuf::from(path)),
            _ => Self::File(real_path(Path::new(path))),
        }
    }

    /// Like [`Destination::named`], for writing.
    ///
    /// # Errors
    /// If the path is a folder, or if its file is read-only.
    pub(super) fn writable(path: &str) -> Result<Self> {
        let destination = Self::named(path);
        let Self::File(file) = &destination else { return Ok(destination) };
        let found = fs::metadata(file).ok();
        if path.ends_with(std::path::is_separator) || found.as_ref().is_some_and(fs::Metadata::is_dir) {
            let error = Error::new(ErrorKind::Io, format!("cannot write to {}: it is a folder", file.display()));
            return Err(error.with_context("path", file.display().to_string()).hint("add a file name to `path`"));
        }
        // A rename would replace the file in spite of this mark.
        if found.is_some_and(|found| found.permissions().readonly()) {
            let error = Error::new(ErrorKind::Io, format!("cannot replace {}: it is read-only", file.display()));
            return Err(error
                .with_context("path", file.display().to_string())
                .hint("name another `path`, or make it writable"));
        }
        Ok(destination)
    }

    /// The target as an exporter reports it; `replaces` describes what happens to an existing file.
    pub(super) fn target(&self, path: &str, replaces: Option<bool>) -> Target {
        match self {
            Self::Stdout => Target { name: "standard output".to_owned(), stdout: true, ..Target::default() },
            Self::Device(_) => Target { name: path.to_owned(), ..Target::default() },
            Self::File(file) => {
                Target { name: path.to_owned(), path: Some(file.display().to_string()), replaces, ..Target::default() }
            }
        }
    }
}

/// The path for the rows of a stopped run: `rows.partial.csv` for `rows.csv`.
pub(super) fn partial_path(file: &Path) -> PathBuf {
    let mut name = file.file_stem().map(OsString::from).unwrap_or_default();
    name.push(".partial");
    if let Some(extension) = file.extension() {
        name.push(".");
        name.push(extension);
    }
    file.with_file_name(name)
}

/// The absolute path without links, as far as it exists.
fn real_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    follow(&absolute, MAX_LINKS)
}

fn follow(path: &Path, links: u8) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return path.to_path_buf();
    };
    match fs::read_link(path) {
        Ok(link) if links > 0 => follow(&parent.join(link), links - 1),
        _ => follow(parent, links).join(name),
    }
}
