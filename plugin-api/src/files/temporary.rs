//! [`TemporaryFile`]: the file that an output is written to, beside its target, so that one rename moves it there.
//!
//! It is created exclusively: a file, link or pipe that has the name already is never opened. It is removed when it is
//! dropped. The temporary file of a killed process is removed by the next process that writes to the same target. A lock
//! distinguishes it from the file of a running process, also of one in another container.

use super::file_lock::{FileLock, is_at, lock_file, open_to_lock};
use super::regular::private;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Maximum length of the target's name in the temporary name, which file systems limit to 255 bytes.
const MAX_NAME_BYTES: usize = 180;
/// Maximum number of names to try: every plugin library counts for itself, so another one may have used a number.
const MAX_ATTEMPTS: u32 = 1000;

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// A file that is removed unless it is moved to its target.
#[derive(Debug)]
pub struct TemporaryFile {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    moved: bool,
}

impl TemporaryFile {
    /// Creates an empty file beside `target` and its folder. It has the permissions of an existing file at the target, else
    /// those of any new file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn beside(target: &Path) -> io::Result<Self> {
        // The permissions of a link say nothing, and a link is replaced.
        let existing = fs::symlink_metadata(target).ok().filter(fs::Metadata::is_file);
        let made = Self::create(target, existing.is_some())?;
        if let Some(existing) = existing {
            made.file.set_permissions(existing.permissions())?;
        }
        Ok(made)
    }

    /// Creates an empty file beside `target` and its folder. Only this user can read it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn private_beside(target: &Path) -> io::Result<Self> {
        Self::create(target, true)
    }

    fn create(target: &Path, is_private: bool) -> io::Result<Self> {
        let folder = folder_of(target);
        fs::create_dir_all(folder)?;
        let prefix = prefix(target);
        let mut attempts = 0;
        loop {
            let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
            let process = std::process::id();
            let path = folder.join(format!("{prefix}{process}-{}-{number}.tmp", identity_of(process)));
            let mut options = OpenOptions::new();
            // Fails for every existing name, also for one of a link that leads nowhere.
            options.write(true).create_new(true);
            if is_private {
                private(&mut options);
            }
            match options.open(&path) {
                // Another process may have taken it for an abandoned file before it was locked.
                Ok(file) if lock_file(&file) != FileLock::InUse && is_at(&file, &path) => {
                    return Ok(Self { file, path, moved: false });
                }
                Ok(_) if attempts < MAX_ATTEMPTS => attempts += 1,
                Ok(_) => return Err(io::ErrorKind::ResourceBusy.into()),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempts < MAX_ATTEMPTS => attempts += 1,
                Err(e) => return Err(e),
            }
        }
    }

    /// Returns the open file.
    pub fn as_file(&self) -> &File {
        &self.file
    }

    /// Moves the file to `target`, and replaces a file, a link or a pipe there.
    ///
    /// # Errors
    /// Those of the file system; the target is then unchanged.
    pub fn replace(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.moved = true;
        Ok(())
    }

    /// Moves the file to `target` unless a file exists there.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`], or an error of the file system.
    pub fn place_new(self, target: &Path) -> io::Result<()> {
        // A hard link fails if the name exists, in one step; a rename would replace the file.
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
            // Some file systems have no hard links.
            Err(_) if fs::symlink_metadata(target).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.replace(target),
        }
    }
}

impl Write for TemporaryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a complete file that only this user can read, or none. Replaces a file at the path; a link is not followed.
///
/// # Errors
/// Those of the file system; an existing file is then unchanged.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = TemporaryFile::private_beside(path)?;
    file.write_all(bytes)?;
    file.replace(path)
}

/// Returns the folder of a path.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
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
    let is_of = |owner: Owner| {
        let is_ours = owner.process == own || parent_of(owner.process) == Some(own);
        is_ours && owner.identity.is_none_or(|identity| identity == identity_of(owner.process))
    };
    remove(target, |path, owner| is_of(owner) || is_abandoned(path, owner));
}

/// Removes the temporary files of processes that have ended beside a target.
pub fn remove_abandoned(target: &Path) {
    for path in remove(target, is_abandoned) {
        log::info!("removed {}, the temporary file of a killed run", path.display());
    }
}

/// Returns true if the process of a temporary file has ended. Without locks, systems with `/proc` know it.
fn is_abandoned(path: &Path, owner: Owner) -> bool {
    if owner.identity.is_none() {
        // Versions before 0.3.0 hold no locks.
        return process_has_ended(owner.process);
    }
    // A file that cannot be read is of another user.
    let Ok(file) = open_to_lock(path) else { return false };
    match lock_file(&file) {
        FileLock::Taken => true,
        FileLock::InUse => false,
        FileLock::Unsupported => process_has_ended(owner.process),
    }
}

/// The process that has created a temporary file, by the name of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    process: u32,
    /// Distinguishes processes with equal ids; none in names of versions before 0.3.0.
    identity: Option<u64>,
}

/// Removes temporary files beside a target, and returns their paths.
fn remove(target: &Path, is_to_go: impl Fn(&Path, Owner) -> bool) -> Vec<PathBuf> {
    let folder = folder_of(target);
    let prefix = prefix(target);
    let mut removed = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let owner = entry.file_name().to_str().and_then(|name| owner_of(name, &prefix));
        if !owner.is_some_and(|owner| is_to_go(&path, owner)) {
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
    field_of(process, 1)
}

/// Returns a number of the start time and the namespace of a process, which distinguishes it from others with its id: from
/// earlier ones, and from those of other containers. It is 0 on systems without `/proc`.
fn identity_of(process: u32) -> u64 {
    let start: u64 = field_of(process, 19).unwrap_or_default();
    start ^ namespace_of(process).rotate_left(32)
}

#[cfg(unix)]
fn namespace_of(process: u32) -> u64 {
    let namespace = fs::metadata(format!("/proc/{process}/ns/pid"));
    namespace.map_or(0, |namespace| std::os::unix::fs::MetadataExt::ino(&namespace))
}

#[cfg(not(unix))]
fn namespace_of(_process: u32) -> u64 {
    0
}

/// Returns a field of the state of a process: 0 is its state, and its parent follows.
fn field_of<T: FromStr>(process: u32, field: usize) -> Option<T> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before the parenthesis may contain anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(field)?.parse().ok()
}

fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let end = (0..=MAX_NAME_BYTES.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!(".{}.rowsmith-", name.get(..end).unwrap_or_default())
}

fn owner_of(name: &str, prefix: &str) -> Option<Owner> {
    let mut parts = name.strip_prefix(prefix)?.strip_suffix(".tmp")?.split('-');
    let process = parts.next()?.parse().ok()?;
    let numbers = parts.map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
    match numbers.as_slice() {
        [_] => Some(Owner { process, identity: None }),
        [identity, _] => Some(Owner { process, identity: Some(*identity) }),
        _ => None,
    }
}
