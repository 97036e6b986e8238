//! A folder of recordings: one file an exchange, in the order in which they ended.

use super::exchange::{Exchange, VERSION};
use crate::error::{Error, ErrorKind, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// The name of the file of one exchange, `000001-provider-gemini.json`.
pub fn file_name(number: u64, plugin: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    format!("{number:06}-{}.json", plugin.chars().map(plain).collect::<String>())
}

/// Reads all recordings of a folder, in the order of their names. Files that do not end in `.json` are left alone.
///
/// # Errors
/// When the folder cannot be read or holds no recording, or a file is none; the error names the file.
pub fn read_folder(folder: &Path) -> Result<Vec<(String, Exchange)>> {
    let listed = |error: std::io::Error| Error::io("list the folder", folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(listed)? {
        let name = entry.map_err(listed)?.file_name();
        // Every name that we write is text.
        names.extend(name.into_string().ok().filter(|name| Path::new(name).extension().is_some_and(|e| e == "json")));
    }
    if names.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("there is no recording in {}", folder.display()))
            .hint("`rowsmith run --record DIR` makes recordings"));
    }
    // Longer numbers are later ones.
    names.sort_by_cached_key(|name| (name.find('-').unwrap_or(name.len()), name.clone()));
    names.into_iter().map(|name| read_file(&folder.join(&name)).map(|exchange| (name, exchange))).collect()
}

/// Reads one recording.
///
/// # Errors
/// When the file cannot be read, is no recording, or is written in another version of the format.
pub fn read_file(path: &Path) -> Result<Exchange> {
    #[derive(Deserialize)]
    struct Version {
        version: Option<u32>,
    }
    let text = fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))?;
    let damaged = |error: serde_json::Error| {
        Error::new(ErrorKind::InvalidData, format!("{} is not a recording: {error}", path.display()))
            .with_context("path", path.display().to_string())
    };
    match serde_json::from_str::<Version>(&text).map_err(damaged)?.version {
        Some(VERSION) => serde_json::from_str(&text).map_err(damaged),
        Some(version) => Err(Error::new(
            ErrorKind::InvalidData,
            format!("{} is written in version {version} of the format, and only {VERSION} is known", path.display()),
        )
        .hint("record again, or use the version of Rowsmith that recorded it")),
        None => Err(Error::new(
            ErrorKind::InvalidData,
            format!("{} is not a recording: it names no `version`", path.display()),
        )),
    }
}
