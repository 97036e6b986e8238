//! [`SourceFolder`]: a folder whose files a scraper reads, and nothing outside of it.

use super::regular::{check_regular, read_limited, without_waiting};
use crate::error::{Error, ErrorKind, Result};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Maximum names that are listed.
const MAX_NAMES: usize = 1_000_000;

/// A folder with a real path, under which every file that is read has its real path.
///
/// Names come from data, such as the ids of a drawing, and links can be part of an unpacked archive. A name with `..`, an
/// absolute name, and a link that leads out of the folder are refused. Links inside the folder are followed. Pipes and
/// devices are refused, and files have a maximum size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFolder {
    given: PathBuf,
    real: PathBuf,
}

impl SourceFolder {
    /// Opens a folder. A link to it is followed: the config names the folder.
    ///
    /// # Errors
    /// If it does not exist, or is no folder.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let given = path.into();
        let real = fs::canonicalize(&given).map_err(|e| Error::io("open the folder", &given, &e))?;
        if !real.is_dir() {
            let error = Error::new(ErrorKind::Io, format!("{} is not a folder", given.display()));
            return Err(error.with_context("path", given.display().to_string()));
        }
        Ok(Self { given, real })
    }

    /// Returns the path that [`SourceFolder::open`] received, for messages.
    pub fn path(&self) -> &Path {
        &self.given
    }

    /// Returns true if the folder has a regular file of this name.
    pub fn has_file(&self, name: impl AsRef<Path>) -> bool {
        self.real_path(name.as_ref()).is_ok_and(|path| path.is_file())
    }

    /// Reads a file of at most `max_bytes` bytes. `name` is relative to the folder.
    ///
    /// # Errors
    /// If the file does not exist, lies outside of the folder, is larger, or is no regular file.
    pub fn read(&self, name: impl AsRef<Path>, max_bytes: u64) -> Result<Vec<u8>> {
        let name = name.as_ref();
        let real = self.real_path(name)?;
        let open_and_read = || {
            let mut options = OpenOptions::new();
            options.read(true);
            without_waiting(&mut options, true);
            let file = options.open(&real)?;
            check_regular(&file)?;
            self.check_place(name, &real, &file)?;
            read_limited(file, max_bytes)
        };
        open_and_read().map_err(|e| Error::io("read", self.given.join(name), &e))
    }

    /// Returns the names of the entries of a subfolder, or of the folder itself for an empty name. Names that are not Unicode
    /// are left out.
    ///
    /// # Errors
    /// If the subfolder does not exist, lies outside of the folder, or has more than 1,000,000 entries.
    pub fn names(&self, subfolder: impl AsRef<Path>) -> Result<Vec<String>> {
        let name = subfolder.as_ref();
        let shown = self.given.join(name);
        let real = if name.as_os_str().is_empty() { self.real.clone() } else { self.real_path(name)? };
        let mut names = Vec::new();
        for entry in fs::read_dir(real).map_err(|e| Error::io("list", &shown, &e))? {
            let entry = entry.map_err(|e| Error::io("list", &shown, &e))?;
            names.extend(entry.file_name().into_string().ok());
            if names.len() > MAX_NAMES {
                let message = format!("cannot list {}: it has more than {MAX_NAMES} entries", shown.display());
                return Err(
                    Error::new(ErrorKind::InvalidData, message).with_context("path", shown.display().to_string())
                );
            }
        }
        Ok(names)
    }

    /// Returns the real path of an entry under the real path of the folder.
    fn real_path(&self, name: &Path) -> Result<PathBuf> {
        let shown = self.given.join(name);
        let mut parts = name.components().peekable();
        let is_inside =
            parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_inside {
            return Err(outside(name, &self.given));
        }
        let real = fs::canonicalize(self.real.join(name)).map_err(|e| Error::io("read", &shown, &e))?;
        if !real.starts_with(&self.real) {
            return Err(outside(name, &self.given));
        }
        if has_another_case(name, &real) {
            return Err(Error::io("read", &shown, &io::ErrorKind::NotFound.into()));
        }
        Ok(real)
    }

    /// Fails if a link replaced a part of the path between the check and the opening.
    fn check_place(&self, name: &Path, real: &Path, opened: &File) -> io::Result<()> {
        let is_same = fs::canonicalize(self.real.join(name))? == real && is_file_at(opened, real)?;
        if is_same { Ok(()) } else { Err(io::Error::other("it was replaced while it was opened")) }
    }
}

/// True for the name of another file that a file system without upper and lower case treats as the same.
fn has_another_case(name: &Path, real: &Path) -> bool {
    let (Some(name), Some(real)) = (name.file_name(), real.file_name()) else { return false };
    name != real && name.eq_ignore_ascii_case(real)
}

#[cfg(unix)]
fn is_file_at(opened: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (opened, found) = (opened.metadata()?, fs::symlink_metadata(path)?);
    Ok((opened.dev(), opened.ino()) == (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn is_file_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

fn outside(name: &Path, folder: &Path) -> Error {
    let message = format!("cannot read `{}`: it lies outside of the folder {}", name.display(), folder.display());
    Error::new(ErrorKind::Io, message)
        .with_context("path", folder.join(name).display().to_string())
        .hint("copy the file into the folder; links and names that lead out of it are not followed")
}
