//! Opens a file or the standard input.

use super::near_names::{listed, near_names};
use crate::error::{Error, ErrorKind, Result};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Maximum bytes that identify the format and the encoding of a file.
const HEAD_BYTES: usize = 8 * 1024;
/// Bytes for which a slow source is read again.
const MIN_HEAD_BYTES: usize = 4;
/// Maximum names of a folder that are searched for near names.
const MAX_NAMES: usize = 10_000;

/// The bytes of a source.
pub type Bytes = Box<dyn Read + Send>;

/// An open source with its first bytes, which identify other formats.
pub struct Opened {
    /// The first bytes, up to 8 KiB. Fewer than four only if the source has no more.
    pub head: Vec<u8>,
    /// The bytes after them.
    pub rest: Bytes,
}

/// Name of a source in messages.
pub fn display_name(path: &str) -> &str {
    if path == "-" { "the standard input" } else { path }
}

/// Opens a file, or the standard input for `-`.
///
/// # Errors
/// If it cannot be read, with near names of its folder as the hint, or if it is a folder.
pub fn open(path: &str) -> Result<Opened> {
    let mut rest: Bytes = if path == "-" { Box::new(io::stdin()) } else { Box::new(open_file(Path::new(path))?) };
    let head = read_head(&mut rest).map_err(|e| Error::io("read", display_name(path), &e))?;
    Ok(Opened { head, rest })
}

/// Reads the first bytes that are available, and does not wait for more than the minimum.
fn read_head(source: &mut Bytes) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD_BYTES];
    let mut length = 0;
    while length < MIN_HEAD_BYTES {
        match source.read(head.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    head.truncate(length);
    Ok(head)
}

fn open_file(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|e| {
        let error = Error::io("open", path, &e);
        match missing_hint(path).filter(|_| e.kind() == io::ErrorKind::NotFound) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        let error = Error::new(ErrorKind::Io, format!("cannot read {}: it is a folder", path.display()));
        return Err(error.with_context("path", path.display().to_string()).hint("set the path to a file in it"));
    }
    Ok(file)
}

fn missing_hint(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else {
        return Some(format!("the folder {} does not exist or cannot be read", folder.display()));
    };
    let names = entries.take(MAX_NAMES).flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let near = near_names(path.file_name()?.to_str()?, names);
    (!near.is_empty()).then(|| format!("the folder has {}", listed(&near)))
}
