//! The bytes of an open output: the standard output, a device or pipe, or a temporary file.

use super::destination::Destination;
use super::temporary::{TemporaryFile, remove_abandoned};
use crate::error::{Error, ErrorKind, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

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
                let file = OpenOptions::new().write(true).open(&path).map_err(|e| Error::io("open", &path, &e))?;
                Ok(Self::Device { file, path })
            }
            Destination::File(target) => {
                remove_abandoned(&target);
                Ok(Self::Replacing { temporary: TemporaryFile::beside(&target)?, target })
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

/// The error for an output that is no file.
pub(super) fn not_rewritable() -> Error {
    Error::new(ErrorKind::Unsupported, "cannot change bytes that were written to a stream")
}

fn wrapped(kind: io::ErrorKind, error: Error) -> io::Error {
    io::Error::new(kind, error)
}
