//! Private copies of the checked bytes of plugins. The loader opens nothing else, so that a file that is replaced after the
//! check has no effect.
//!
//! On Linux a copy is in memory. Elsewhere, and where the system forbids that, it is a file in a folder with access for its
//! owner only. Some systems forbid execution in the temporary folder, so other folders of the user follow.

use crate::files::private_folder::PrivateFolder;
use crate::settings::{defaults, env};
use std::io;
use std::path::{Path, PathBuf};

/// Start of the names of the folders with copies.
const PREFIX: &str = "rowsmith-plugin-";

/// Opens a private copy with `open`: the first copy that it accepts.
///
/// # Errors
/// That of the first copy, if `open` accepts none.
pub(super) fn with_copy<T>(bytes: &[u8], open: impl Fn(&Path) -> Result<T, String>) -> Result<T, String> {
    let in_folders = folders().into_iter().map(|folder| open_in(&folder, bytes, &open));
    let mut first_error = None;
    for outcome in open_in_memory(bytes, &open).into_iter().chain(in_folders) {
        match outcome {
            Ok(opened) => return Ok(opened),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or_default())
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no files in memory")]
fn open_in_memory<T>(bytes: &[u8], open: &impl Fn(&Path) -> Result<T, String>) -> Option<Result<T, String>> {
    let file = match memory::file(bytes) {
        Ok(file) => file,
        Err(error) => return Some(Err(format!("cannot be copied to memory: {error}"))),
    };
    let opened = open(&memory::path(&file));
    if opened.is_ok() {
        // The loader does not open a path twice, so no other file may get the number of this one.
        std::mem::forget(file);
    }
    Some(opened)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn open_in_memory<T>(_: &[u8], _: &impl Fn(&Path) -> Result<T, String>) -> Option<Result<T, String>> {
    None
}

/// Copies the bytes to memory for other processes, and returns the path for them.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn share(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    let file = memory::file(bytes).ok()?;
    let path = PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()));
    // Open until this process ends, because a plugin's process is started again after a crash.
    std::mem::forget(file);
    Some(path)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn share(_: &[u8]) -> Option<PathBuf> {
    None
}

fn open_in<T>(parent: &Path, bytes: &[u8], open: &impl Fn(&Path) -> Result<T, String>) -> Result<T, String> {
    let failed = |error: io::Error| format!("cannot be copied to {}: {error}", parent.display());
    let folder = PrivateFolder::create(parent, PREFIX).map_err(failed)?;
    let path = folder.join(&format!("plugin{}", std::env::consts::DLL_SUFFIX));
    std::fs::write(&path, bytes).map_err(failed)?;
    let opened = open(&path)?;
    if cfg!(windows) {
        // An opened library cannot be removed; a later process removes it.
        std::mem::forget(folder);
    }
    Ok(opened)
}

/// Returns the folders for copies, in order.
fn folders() -> Vec<PathBuf> {
    let home_cache = || Some(env::user_folder(env::HOME)?.join(".cache"));
    let user_cache = env::user_folder(env::XDG_CACHE_HOME).or_else(home_cache);
    let runtime = env::user_folder(env::XDG_RUNTIME_DIR);
    let here = Some(PathBuf::from(defaults::PLUGIN_FOLDERS));
    [Some(std::env::temp_dir()), runtime, user_cache, here].into_iter().flatten().collect()
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod memory {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    use rustix::io::Errno;
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::os::fd::AsRawFd as _;
    use std::path::PathBuf;

    /// Creates a file in memory whose content can no longer change.
    pub(super) fn file(bytes: &[u8]) -> io::Result<File> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let created = memfd_create("rowsmith-plugin", flags | MemfdFlags::EXEC);
        let created = match created {
            // Linux before 6.3 allows execution without the flag.
            Err(Errno::INVAL) => memfd_create("rowsmith-plugin", flags),
            created => created,
        };
        let mut file = File::from(created?);
        file.write_all(bytes)?;
        fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Ok(file)
    }

    /// Returns the path of a file in memory, for this process.
    pub(super) fn path(file: &File) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn all_copies_have_the_bytes_and_none_is_left() {
        let tried = RefCell::new(Vec::new());
        let refused: Result<(), String> = with_copy(b"bytes", |path| {
            assert_eq!(std::fs::read(path).unwrap(), b"bytes");
            tried.borrow_mut().push(path.to_owned());
            Err(format!("refused {}", tried.borrow().len()))
        });
        assert_eq!(refused, Err("refused 1".to_owned()), "the first error is that of the usual place");
        let tried = tried.into_inner();
        assert!(tried.len() > usize::from(cfg!(target_os = "linux")), "{tried:?}");
        assert!(tried.iter().all(|path| !path.exists()), "{tried:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn copies_in_memory_cannot_change_and_have_unique_paths() {
        let open = |path: &Path| Ok::<_, String>(path.to_owned());
        let (one, two) = (with_copy(b"one", open).unwrap(), with_copy(b"two", open).unwrap());
        assert_ne!(one, two);
        assert_eq!((std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap()), (b"one".to_vec(), b"two".to_vec()));
        assert!(std::fs::write(&one, "new").is_err());
        assert_eq!(std::fs::read(&one).unwrap(), b"one");
    }
}
