//! What a path stands for: the standard output, a device or pipe, or a file with its real place.
//!
//! Links are followed to the file that they mean, also when it does not exist yet: replacing a link would leave the
//! real file with the old rows.

use crate::error::{Error, ErrorKind, Result};
use crate::exporter::Target;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// As many links as Linux itself follows.
const MAX_LINKS: u8 = 40;

/// What a path stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The standard output.
    Stdout,
    /// A device or a pipe: written directly, as it cannot be replaced.
    Special(PathBuf),
    /// A file that exists or will exist.
    File(PathBuf),
}

impl Place {
    /// What the path stands for now; a path that cannot work is taken for a file's.
    pub(super) fn named(path: &str) -> Self {
        if path == "-" {
            return Self::Stdout;
        }
        match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() => Self::Special(PathBuf::from(path)),
            _ => Self::File(real_path(Path::new(path))),
        }
    }

    /// As [`Place::named`], for writing to it.
    ///
    /// # Errors
    /// When the path is a folder's, or its file is marked as read-only.
    pub(super) fn writable(path: &str) -> Result<Self> {
        let place = Self::named(path);
        let Self::File(file) = &place else { return Ok(place) };
        let found = fs::metadata(file).ok();
        if path.ends_with(std::path::is_separator) || found.as_ref().is_some_and(fs::Metadata::is_dir) {
            let error = Error::new(ErrorKind::Io, format!("cannot write to {}: it is a folder", file.display()));
            return Err(error.with_context("path", file.display().to_string()).hint("add a file's name to `path`"));
        }
        // A rename would pass over this mark without a word.
        if found.is_some_and(|found| found.permissions().readonly()) {
            let error = Error::new(ErrorKind::Io, format!("cannot replace {}: it is read-only", file.display()));
            return Err(error
                .with_context("path", file.display().to_string())
                .hint("name another `path`, or make it writable"));
        }
        Ok(place)
    }

    /// The place as the host reports it; `replaces` tells whether an existing file is replaced.
    pub(super) fn target(&self, path: &str, replaces: bool) -> Target {
        match self {
            Self::Stdout => Target { name: "standard output".to_owned(), stdout: true, ..Target::default() },
            Self::Special(_) => Target { name: path.to_owned(), ..Target::default() },
            Self::File(file) => Target {
                name: path.to_owned(),
                path: Some(file.display().to_string()),
                replaces: Some(replaces),
                ..Target::default()
            },
        }
    }
}

/// Where the rows of a run that was stopped go: `rows.csv` becomes `rows.partial.csv`.
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
