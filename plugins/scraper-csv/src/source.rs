//! Opens the file or the standard input, and tells early when it is something else than it should be.

use crate::config::Encoding;
use crate::near_names::{listed, near_names};
use rowsmith_plugin_api::prelude::*;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::Path;

/// A file has to be read that far to know what it is.
const HEAD_BYTES: u64 = 4;
/// A folder with more names than this is not searched to the end for what may have been meant.
const MAX_NAMES: usize = 10_000;

/// The bytes of a source.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// The source as messages name it.
pub(crate) fn display_name(path: &str) -> &str {
    if path == "-" { "the standard input" } else { path }
}

/// Opens the source.
pub(crate) fn open(path: &str, encoding: Encoding) -> Result<Bytes> {
    let mut bytes: Bytes = if path == "-" { Box::new(io::stdin()) } else { Box::new(open_file(Path::new(path))?) };
    let mut head = Vec::new();
    bytes.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(|e| Error::io("read", display_name(path), &e))?;
    check_head(path, &head, encoding)?;
    Ok(Box::new(Cursor::new(head).chain(bytes)))
}

fn open_file(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|e| {
        let error = Error::io("open", path, &e);
        match missing_hint(path).filter(|_| e.kind() == io::ErrorKind::NotFound) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        let error = Error::new(ErrorKind::Io, format!("cannot read {}: it is a folder", path.display()));
        return Err(error.with("path", path.display().to_string()).hint("name a file in it"));
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
    (!near.is_empty()).then(|| format!("that folder has {}", listed(&near)))
}

fn check_head(path: &str, head: &[u8], encoding: Encoding) -> Result<()> {
    let (what, hint) = match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if encoding != Encoding::Utf16 => {
            ("is UTF-16", "set `encoding = \"utf-16\"`")
        }
        [0x1f, 0x8b, ..] => ("is compressed", "unpack it first, for example with `gunzip`"),
        [b'P', b'K', 3, 4] => ("is a ZIP archive or a spreadsheet", "unpack it, or save the spreadsheet as CSV"),
        _ => return Ok(()),
    };
    let error = Error::new(ErrorKind::InvalidData, format!("{} {what}, not plain text", display_name(path)));
    Err(error.with("path", path).hint(hint))
}
