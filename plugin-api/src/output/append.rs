//! Appending to an existing file: a copy of it gets the new rows and then takes its place.

use crate::error::{Error, ErrorKind, Result};
use crate::files::TemporaryFile;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// The earlier content of a file to which rows are appended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlierRows {
    /// Columns of the earlier rows, in the order of the file. Empty if each row names its own columns.
    pub columns: Vec<String>,
    /// Offset of the first row, behind the header.
    pub start: u64,
}

/// Size and time of a file, by which a change is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Version {
    fn of(path: &Path) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(found) => Ok(Some(Self { bytes: found.len(), modified: found.modified().ok() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Copies an existing file into the temporary file. Returns the version that was copied and the number of bytes.
pub(super) fn copy(target: &Path, temporary: &mut TemporaryFile) -> Result<(Option<Version>, u64)> {
    let unreadable = |error: io::Error| Error::io("read", target, &error);
    let Some(version) = Version::of(target).map_err(unreadable)? else { return Ok((None, 0)) };
    let mut existing = File::open(target).map_err(unreadable)?;
    let bytes = io::copy(&mut existing, &mut temporary.file).map_err(|error| Error::io("copy", target, &error))?;
    Ok((Some(version), bytes))
}

/// Fails if the file is another one than the one that was copied: replacing it would lose rows.
pub(super) fn check_unchanged(target: &Path, copied: Option<&Version>) -> Result<()> {
    let now = Version::of(target).map_err(|error| Error::io("read", target, &error))?;
    if now.as_ref() == copied {
        return Ok(());
    }
    let message = format!("cannot append to {}: it was changed by another program during the run", target.display());
    Err(Error::new(ErrorKind::Io, message)
        .with_context("path", target.display().to_string())
        .hint("run again to append to the new content"))
}

/// Names the file in an error of the format about the earlier content.
pub(super) fn refused(path: &str, error: Error) -> Error {
    let message = format!("cannot append to {path}: {}", error.message);
    Error { message, ..error }.with_context("path", path)
}

/// Fails if the rows have none of the earlier columns: then the file has another delimiter, or no header.
pub(super) fn check_common(path: &str, earlier: &[String], columns: &[String]) -> Result<()> {
    /// Columns that the hint lists.
    const SHOWN: usize = 8;
    if earlier.is_empty() || columns.is_empty() || columns.iter().any(|column| earlier.contains(column)) {
        return Ok(());
    }
    let mut names: Vec<String> = earlier.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    names.extend((earlier.len() > SHOWN).then(|| "…".to_owned()));
    let error = Error::new(ErrorKind::InvalidData, "its columns and those of the rows have no name in common");
    Err(refused(path, error).hint(format!(
        "columns of the file: {}; name another `path`, or set `if_exists = \"replace\"`",
        names.join(", ")
    )))
}
