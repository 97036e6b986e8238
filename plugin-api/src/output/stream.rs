//! The bytes of an open output: the standard output, a device or pipe, or a temporary file.

use super::destination::Destination;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{TemporaryFile, remove_abandoned};
use crate::text::for_terminal;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

/// Maximum wait for the reader of a pipe.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// Interval of looking for the reader of a pipe.
#[cfg(unix)]
const POLL: Duration = Duration::from_millis(20);

/// An open output with its position and length.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) sink: Sink,
    position: u64,
    len: u64,
}

/// The open counterpart of a [`Destination`].
#[derive(Debug)]
pub(super) enum Sink {
    Stdout,
    Device {
        file: File,
        path: PathBuf,
    },
    /// A temporary file that replaces the target at the end.
    Replacing {
        temporary: TemporaryFile,
        target: PathBuf,
    },
    /// The output was committed or dropped.
    Closed,
}

impl Stream {
    /// A stream whose output has some bytes already.
    pub(super) fn new(sink: Sink, bytes: u64) -> Self {
        Self { sink, position: bytes, len: bytes }
    }

    /// The number of bytes written.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let result = match &mut self.sink {
            Sink::Stdout => {
                let mut stdout = io::stdout().lock();
                let shown = stdout.is_terminal().then(|| for_terminal(&String::from_utf8_lossy(bytes)).into_owned());
                let bytes = shown.as_ref().map_or(bytes, |text| text.as_bytes());
                // Every plugin library has its own standard output, which is not flushed when the process ends.
                stdout.write_all(bytes).and_then(|()| stdout.flush())
            }
            Sink::Device { file, .. } => file.write_all(bytes),
            Sink::Replacing { temporary, .. } => temporary.file.write_all(bytes),
            Sink::Closed => Err(io::Error::other("the output is closed")),
        };
        result.map_err(|e| self.sink.failed("write", &e))?;
        self.position += bytes.len() as u64;
        self.len = self.len.max(self.position);
        Ok(())
    }

    pub(super) fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let Sink::Replacing { temporary, .. } = &mut self.sink else {
            return Err(wrapped(io::ErrorKind::Unsupported, not_rewritable()));
        };
        let result = temporary.file.seek(to);
        self.position = result.map_err(|e| self.sink.failed("seek in", &e))?;
        Ok(self.position)
    }
}

impl Sink {
    /// Opens a destination. A file that exists is not touched yet.
    pub(super) fn open(destination: Destination) -> Result<Self> {
        match destination {
            Destination::Stdout => Ok(Self::Stdout),
            Destination::Device(path) => {
                let file = open_device(&path, MAX_WAIT).map_err(|e| Error::io("open", &path, &e))?;
                Ok(Self::Device { file, path })
            }
            Destination::File(target) => {
                remove_abandoned(&target);
                Ok(Self::Replacing { temporary: temporary_beside(&target)?, target })
            }
        }
    }

    /// The name of the output in messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdout | Self::Closed => "standard output".to_owned(),
            Self::Device { path, .. } | Self::Replacing { target: path, .. } => path.display().to_string(),
        }
    }

    /// A failed operation, as an `io::Error` around an [`Error`], which converts back to it.
    fn failed(&self, operation: &str, source: &io::Error) -> io::Error {
        let error = match self {
            Self::Stdout | Self::Closed => {
                Error::new(ErrorKind::of_io(source), format!("cannot {operation} to the standard output: {source}"))
            }
            Self::Device { path, .. } => Error::io(operation, path, source),
            Self::Replacing { target, .. } => Error::io(operation, target, source),
        };
        let reader_is_gone = source.kind() == io::ErrorKind::BrokenPipe;
        wrapped(source.kind(), if reader_is_gone { Error { kind: ErrorKind::BrokenPipe, ..error } } else { error })
    }
}

/// Creates the temporary file of a target.
pub(super) fn temporary_beside(target: &Path) -> Result<TemporaryFile> {
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
    TemporaryFile::beside(target).map_err(|e| Error::io("create a file in", folder, &e))
}

/// Opens a device or a pipe. Waits for the reader of a pipe, at most `max_wait`.
fn open_device(path: &Path, max_wait: Duration) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let end = Instant::now() + max_wait;
        // Without the flag, opening a pipe waits for a reader without an end.
        let mut without_waiting = OpenOptions::new();
        without_waiting.write(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        // The pipe has a reader while this is open, so that opening it again returns at once.
        let _opened = loop {
            match without_waiting.open(path) {
                Err(e) if e.raw_os_error() == Some(libc::ENXIO) && Instant::now() < end => wait(),
                Err(e) if e.raw_os_error() == Some(libc::ENXIO) => {
                    let message = format!("no program read from the pipe within {} s", max_wait.as_secs());
                    return Err(io::Error::new(io::ErrorKind::TimedOut, message));
                }
                opened => break opened?,
            }
        };
        OpenOptions::new().write(true).open(path)
    }
    #[cfg(not(unix))]
    {
        let _ = max_wait;
        OpenOptions::new().write(true).open(path)
    }
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "an output is opened by a blocking call, which has no host")]
fn wait() {
    std::thread::sleep(POLL);
}

/// The error for an output that is no file.
pub(super) fn not_rewritable() -> Error {
    Error::new(ErrorKind::Unsupported, "cannot change bytes that were written to a stream")
}

fn wrapped(kind: io::ErrorKind, error: Error) -> io::Error {
    io::Error::new(kind, error)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_wait_for_the_reader_of_a_pipe_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        let error = open_device(&pipe, Duration::ZERO).expect_err("no reader");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let path = pipe.clone();
        let reader = std::thread::spawn(move || std::fs::read(path));
        let mut opened = open_device(&pipe, MAX_WAIT).expect("a reader");
        opened.write_all(b"rows").expect("written");
        drop(opened);
        assert_eq!(reader.join().expect("ended").expect("read"), b"rows");
    }
}
