//! Reads regular files of bounded size. A pipe, a socket or a device in their place is refused, and nothing waits for it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// The reason why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system cannot read it.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A folder.
    #[error("is a folder, not a file")]
    Folder,
    /// A pipe, a socket or a device.
    #[error("is {0}, not a regular file")]
    Special(&'static str),
    /// The file is larger than the maximum.
    #[error("is larger than the maximum of {} MiB", .0 >> 20)]
    TooLarge(u64),
}

/// Reads a regular file of at most `max_bytes`. Links are followed.
///
/// # Errors
/// [`ReadError`]. Only regular files are opened, because opening a device can have effects.
pub fn read_regular(path: &Path, max_bytes: u64) -> Result<Vec<u8>, ReadError> {
    check(&path.metadata()?, max_bytes)?;
    // Another file can have replaced it since.
    let file = open_without_waiting(path)?;
    let metadata = file.metadata()?;
    check(&metadata, max_bytes)?;
    // Files of the system can have the size 0 and an endless content, so not more than the reported size is read.
    let mut bytes = Vec::new();
    file.take(metadata.len()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the file or its folder, whichever all users of the machine can write to.
#[cfg(unix)]
pub fn writable_by_all(file: &Path) -> Option<&Path> {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS: u32 = 0o002;
    let is_open = |path: &&Path| path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & OTHERS != 0);
    [Some(file), file.parent()].into_iter().flatten().find(is_open)
}

/// Access lists of other systems are not read.
#[cfg(not(unix))]
pub fn writable_by_all(_: &Path) -> Option<&Path> {
    None
}

fn check(metadata: &Metadata, max_bytes: u64) -> Result<(), ReadError> {
    if metadata.is_dir() {
        return Err(ReadError::Folder);
    }
    if !metadata.is_file() {
        return Err(ReadError::Special(special_kind(metadata)));
    }
    if metadata.len() > max_bytes { Err(ReadError::TooLarge(max_bytes)) } else { Ok(()) }
}

#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn special_kind(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special_kind(_: &Metadata) -> &'static str {
    "a device"
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_bounded_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "12345").unwrap();
        File::create(path("huge")).unwrap().set_len(1 << 40).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        for (link, target) in
            [("to-file", "file"), ("to-pipe", "pipe"), ("to-device", "/dev/zero"), ("to-self", "to-self")]
        {
            std::os::unix::fs::symlink(target, path(link)).unwrap();
        }
        let read = |name: &str| read_regular(&path(name), 5).map_err(|error| error.to_string());
        assert_eq!((read("file"), read("to-file")), (Ok(b"12345".to_vec()), Ok(b"12345".to_vec())));
        for (name, reason) in [
            (".", "is a folder, not a file"),
            ("huge", "is larger than the maximum of 0 MiB"),
            ("pipe", "is a named pipe, not a regular file"),
            ("to-pipe", "is a named pipe, not a regular file"),
            ("socket", "is a socket, not a regular file"),
            ("to-device", "is a device, not a regular file"),
        ] {
            assert_eq!(read(name), Err(reason.to_owned()), "{name}");
        }
        assert!(read("to-self").unwrap_err().starts_with("cannot be read: "));
        assert!(
            matches!(read_regular(&path("none"), 5), Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound)
        );
    }
}
