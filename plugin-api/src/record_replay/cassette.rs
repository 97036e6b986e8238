//! A folder of exchanges: one file per exchange, in the order in which they ended.

use super::exchange::{Exchange, VERSION};
use crate::error::{Error, ErrorKind, Result};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the file name of an exchange, for example `000001-provider-gemini.json`.
pub fn file_name(number: u64, plugin: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    format!("{number:06}-{}.json", plugin.chars().map(plain).collect::<String>())
}

/// The exchanges of a folder.
#[derive(Debug, Clone)]
pub struct Cassette {
    folder: PathBuf,
    files: Vec<CassetteFile>,
}

/// One exchange and the name of its file.
#[derive(Debug, Clone)]
pub struct CassetteFile {
    /// File name.
    pub name: String,
    /// The exchange.
    pub exchange: Exchange,
}

impl Cassette {
    /// Reads all files of a folder that end in `.json`, in the order of their names.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the folder holds no exchange; otherwise an error that names the unreadable file.
    pub fn read(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let read = |name: String| read_file(&folder.join(&name)).map(|exchange| CassetteFile { name, exchange });
        let files = names(&folder)?.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Self { folder, files })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The exchanges in recorded order; at least one.
    pub fn files(&self) -> &[CassetteFile] {
        &self.files
    }

    pub(super) fn into_parts(self) -> (PathBuf, Vec<CassetteFile>) {
        (self.folder, self.files)
    }
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = |error: std::io::Error| Error::io("list the folder", folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        // Names of recorded files are always valid Unicode.
        names.extend(name.into_string().ok().filter(|name| Path::new(name).extension().is_some_and(|e| e == "json")));
    }
    if names.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("no recorded exchange in {}", folder.display()))
            .hint("record some with `rowsmith run --record DIR`"));
    }
    // Longer numbers are later ones.
    names.sort_by_cached_key(|name| (name.find('-').unwrap_or(name.len()), name.clone()));
    Ok(names)
}

fn read_file(path: &Path) -> Result<Exchange> {
    #[derive(Deserialize)]
    struct Version {
        version: Option<u32>,
    }
    let text = fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))?;
    let invalid = |reason: String| {
        Error::new(ErrorKind::InvalidData, format!("{} is not a recorded exchange: {reason}", path.display()))
            .with_context("path", path.display().to_string())
    };
    let parsed = |error: serde_json::Error| invalid(error.to_string());
    match serde_json::from_str::<Version>(&text).map_err(parsed)?.version {
        None | Some(VERSION) => serde_json::from_str(&text).map_err(parsed),
        Some(version) => Err(invalid(format!("its format has version {version}, expected {VERSION}"))
            .hint("record again, or use the version of Rowsmith that recorded it")),
    }
}
