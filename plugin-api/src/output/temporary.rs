//! [`TemporaryFile`]: the file that an output is written to, beside its target, so that one rename moves it there.
//!
//! It is removed when it is dropped. The temporary file of a killed process is removed by the next process that writes
//! to the same target.

use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Maximum length of the target's name in the temporary name, which file systems limit to 255 bytes.
const MAX_NAME_BYTES: usize = 180;
/// Maximum number of names to try: every plugin library counts for itself, so another one may have used a number.
const MAX_ATTEMPTS: u32 = 1000;

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// A file that is removed unless it is moved to its target.
#[derive(Debug)]
pub(super) struct TemporaryFile {
    pub(super) file: File,
    pub(super) path: PathBuf,
    moved: bool,
}

impl TemporaryFile {
    /// Creates an empty file beside `target`, with the permissions of an existing target, and creates its folder.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        let folder = target.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
        let prefix = prefix(target);
        let made = Self::create(folder, &prefix).map_err(|e| Error::io("create a file in", folder, &e))?;
        if let Ok(old) = fs::metadata(target) {
            made.file
                .set_permissions(old.permissions())
                .map_err(|e| Error::io("set the permissions of", &made.path, &e))?;
        }
        Ok(made)
    }

    fn create(folder: &Path, prefix: &str) -> io::Result<Self> {
        let mut attempts = 0;
        loop {
            let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{prefix}{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Self { file, path, moved: false });
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempts < MAX_ATTEMPTS => attempts += 1,
                Err(e) => return Err(e),
            }
        }
    }

    /// Moves the file to `target`, and replaces a file there.
    pub(super) fn replace(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.moved = true;
        Ok(())
    }

    /// Moves the file to `target` unless a file exists there.
    pub(super) fn place_new(self, target: &Path) -> io::Result<()> {
        // A hard link fails if the name exists, in one step; a rename would replace the file.
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
            // Some file systems have no hard links.
            Err(_) if target.exists() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.replace(target),
        }
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.moved
            && let Err(error) = fs::remove_file(&self.path)
        {
            log::debug!("cannot remove {}: {error}", self.path.display());
        }
    }
}

/// Removes the temporary files that this process and its children have created beside a target, because it ends in the middle of
/// its work. Children are known on systems with `/proc`.
pub fn remove_temporary_files(target: &Path) {
    let own = std::process::id();
    remove(target, |process| process == own || parent_of(process) == Some(own));
}

/// Removes the temporary files of processes that have ended, on systems with `/proc`.
pub(super) fn remove_abandoned(target: &Path) {
    for path in remove(target, process_has_ended) {
        log::info!("removed {}, the temporary file of a killed run", path.display());
    }
}

/// Removes the temporary files of these processes beside a target, and returns their paths.
fn remove(target: &Path, of_process: impl Fn(u32) -> bool) -> Vec<PathBuf> {
    let Some(folder) = target.parent() else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = prefix(target);
    let mut removed = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if !entry.file_name().to_str().and_then(|name| process_of(name, &prefix)).is_some_and(&of_process) {
            continue;
        }
        match fs::remove_file(&path) {
            Ok(()) => removed.push(path),
            Err(error) => log::debug!("cannot remove {}: {error}", path.display()),
        }
    }
    removed
}

/// Returns true if no process has this id. Always false on systems without `/proc`.
pub fn process_has_ended(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

/// Returns the parent of a process.
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before the parenthesis may contain anything; state and parent follow it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let end = (0..=MAX_NAME_BYTES.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!(".{}.rowsmith-", name.get(..end).unwrap_or_default())
}

fn process_of(name: &str, prefix: &str) -> Option<u32> {
    let (process, number) = name.strip_prefix(prefix)?.strip_suffix(".tmp")?.split_once('-')?;
    number.parse::<u64>().ok()?;
    process.parse().ok()
}
