//! Opens regular files only: a pipe would block, a device has no end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens a regular file for reading. Links are followed.
///
/// # Errors
/// Those of the file system; [`io::ErrorKind::IsADirectory`] for a folder and [`io::ErrorKind::InvalidInput`] for a pipe,
/// a socket or a device, which are not waited for.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    without_waiting(&mut options, false);
    let file = options.open(path)?;
    check_regular(&file)?;
    Ok(file)
}

/// Reads a regular file of at most `max_bytes` bytes. Links are followed.
///
/// # Errors
/// Those of [`open_regular`]; [`io::ErrorKind::FileTooLarge`] for a larger file.
pub fn read_regular(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    read_limited(open_regular(path)?, max_bytes)
}

/// Opens a file to lock it, and creates it for this user alone. Its content is not changed.
///
/// # Errors
/// Those of the file system; links, pipes and devices are not opened.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    private(&mut options);
    without_waiting(&mut options, true);
    let file = options.open(path)?;
    check_regular(&file)?;
    Ok(file)
}

pub(super) fn read_limited(file: File, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        let message = format!("the file is larger than {} MiB", max_bytes >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

pub(super) fn check_regular(file: &File) -> io::Result<()> {
    let found = file.metadata()?;
    match (found.is_file(), found.is_dir()) {
        (true, _) => Ok(()),
        (false, true) => Err(io::ErrorKind::IsADirectory.into()),
        (false, false) => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a file")),
    }
}

/// Opens without waiting for the other end of a pipe, and optionally no link.
pub(super) fn without_waiting(options: &mut OpenOptions, refuse_link: bool) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let link = if refuse_link { libc::O_NOFOLLOW } else { 0 };
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | link);
    }
    #[cfg(not(unix))]
    let _ = (options, refuse_link);
}

/// Creates a file that only this user can read and write.
pub(super) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}
