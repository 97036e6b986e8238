//! A folder of exchanges: one file per exchange, in the order in which they ended.
//!
//! Exchanges over HTTP are files of the folder. The exchanges of a plugin with its program are in a folder of that plugin.

use super::exchange::{Exchange, VERSION};
use super::program_file::{ProgramEvents, ProgramHeader};
use crate::error::{Error, ErrorKind, Result};
use crate::manifest::PluginKind;
use crate::program::ProgramEvent;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the file name of an exchange, for example `000001-provider-gemini.json`.
pub fn file_name(number: u64, plugin: &str) -> String {
    format!("{number:06}-{}.json", plain(plugin))
}

/// Returns the file name of an exchange with a program, for example `provider-exec/000001.jsonl`.
pub fn program_file_name(number: u64, plugin: &str) -> String {
    format!("{}/{number:06}.jsonl", plain(plugin))
}

fn plain(plugin: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    plugin.chars().map(plain).collect()
}

/// The exchanges of a folder.
#[derive(Debug, Clone)]
pub struct Cassette {
    folder: PathBuf,
    files: Vec<CassetteFile>,
    programs: Vec<ProgramFile>,
}

/// One exchange and the name of its file.
#[derive(Debug, Clone)]
pub struct CassetteFile {
    /// File name.
    pub name: String,
    /// The exchange.
    pub exchange: Exchange,
    /// Position in the cassette, from 0.
    pub position: usize,
}

/// The file of an exchange with a program. Its events are read during the replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramFile {
    /// File name, with its folder.
    pub name: String,
    /// The plugin and the command.
    pub header: ProgramHeader,
    /// The first line to the program.
    pub first: String,
    /// Position in the cassette; `None` for exchanges whose order does not matter, which are those of scrapers and
    /// exporters.
    pub position: Option<usize>,
}

impl Cassette {
    /// Reads all files of a folder that end in `.json`, and those of its folders that end in `.jsonl`, in the order of
    /// their names.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the folder holds no exchange; otherwise an error that names the unreadable file.
    pub fn read(folder: impl Into<PathBuf>) -> Result<Self> {
        let mut cassette = Self { folder: folder.into(), files: Vec::new(), programs: Vec::new() };
        let mut next = 0;
        for name in names(&cassette.folder)? {
            let path = cassette.folder.join(&name);
            if !is_program(&name) {
                let exchange = read_file(&path)?;
                cassette.files.push(CassetteFile { name, exchange, position: next });
                next += 1;
                continue;
            }
            // A run that was killed may leave an exchange without a line.
            let Some((header, first)) = read_program(&path)? else { continue };
            let is_ordered = header.plugin.starts_with(PluginKind::Provider.as_str());
            let position = is_ordered.then_some(next);
            next += usize::from(is_ordered);
            cassette.programs.push(ProgramFile { name, header, first, position });
        }
        Ok(cassette)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The exchanges over HTTP, in recorded order.
    pub fn files(&self) -> &[CassetteFile] {
        &self.files
    }

    /// The exchanges with programs, in recorded order.
    pub fn programs(&self) -> &[ProgramFile] {
        &self.programs
    }

    pub(super) fn into_parts(self) -> (PathBuf, Vec<CassetteFile>) {
        (self.folder, self.files)
    }
}

/// Returns the names of all exchanges, in recorded order.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (name, is_folder) in entries(folder)? {
        if is_folder {
            let files = entries(&folder.join(&name))?.into_iter().filter(|(file, _)| has_extension(file, "jsonl"));
            names.extend(files.map(|(file, _)| format!("{name}/{file}")));
        } else if has_extension(&name, "json") {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("no recorded exchange in {}", folder.display()))
            .hint("record some with `rowsmith run --record DIR`"));
    }
    // Longer numbers are later ones.
    names.sort_by_cached_key(|name| {
        let file = name.rsplit('/').next().unwrap_or_default();
        (file.find(['-', '.']).unwrap_or(file.len()), file.to_owned(), name.clone())
    });
    Ok(names)
}

/// Returns the names of files and folders. Names of recorded files are always valid Unicode.
fn entries(folder: &Path) -> Result<Vec<(String, bool)>> {
    let failed = |error: std::io::Error| Error::io("list the folder", folder, &error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().into_string().ok();
        entries.extend(name.map(|name| (name, entry.path().is_dir())));
    }
    Ok(entries)
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn is_program(name: &str) -> bool {
    name.contains('/')
}

/// Reads and checks the file of a program. `None` if it was cut off before its first line to the program.
fn read_program(path: &Path) -> Result<Option<(ProgramHeader, String)>> {
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Ok(None);
    }
    let (header, mut events) = ProgramEvents::open(path)?;
    let first = match events.next_event()? {
        None => return Ok(None),
        Some(ProgramEvent::Sent(line)) => line,
        Some(_) => {
            let message = format!("{} is not a recorded exchange: line 2: expected `sent`", path.display());
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
    };
    while events.next_event()?.is_some() {}
    Ok(Some((header, first)))
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
