//! [`OutputFile`]: a file that appears complete or not at all, a device or pipe, or the standard output.

use super::append;
use super::destination::{Destination, partial_path};
use super::options::IfExists;
use super::stream::{Sink, Stream, not_rewritable, temporary_beside};
use crate::error::{Error, ErrorKind, Result};
use std::fs::{self, File};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are written at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// An output that is being written, through a buffer.
///
/// It implements [`Write`], and [`Seek`] where the output is a file. Errors of both convert to [`Error`] with `?` and
/// keep their kind and context. Dropping an output before [`OutputFile::commit`] leaves no trace on disk.
#[derive(Debug)]
pub struct OutputFile {
    stream: Arc<Mutex<Stream>>,
    if_exists: IfExists,
    can_rewrite: bool,
    buffer: Vec<u8>,
    /// The existing file whose bytes this output begins with, for [`IfExists::Append`].
    copied: Option<append::Version>,
}

/// An owned writer to an [`OutputFile`], for writers that keep their target.
///
/// It writes without a buffer. After the output was committed or dropped, writing fails.
#[derive(Debug)]
pub struct OutputWriter {
    stream: Arc<Mutex<Stream>>,
}

/// A finished output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its final path or name.
    pub location: String,
    /// Its size.
    pub bytes: u64,
}

impl OutputFile {
    /// Opens the output for a path; `-` is the standard output. An existing file is not touched before
    /// [`OutputFile::commit`]. With [`IfExists::Append`], the output begins with a copy of it, and bytes are written behind.
    ///
    /// # Errors
    /// If the path is a folder, if the file is read-only or must not be replaced, or if its folder is not writable.
    pub fn create(path: &str, if_exists: IfExists) -> Result<Self> {
        let destination = Destination::writable(path)?;
        if let Destination::File(target) = &destination
            && if_exists == IfExists::Fail
            && target.exists()
        {
            return Err(already_exists(target));
        }
        let mut sink = Sink::open(destination)?;
        let (copied, bytes) = match &mut sink {
            Sink::Replacing { temporary, target } if if_exists == IfExists::Append => append::copy(target, temporary)?,
            _ => (None, 0),
        };
        Ok(Self::with(sink, bytes, if_exists, copied))
    }

    fn with(sink: Sink, bytes: u64, if_exists: IfExists, copied: Option<append::Version>) -> Self {
        let can_rewrite = matches!(sink, Sink::Replacing { .. });
        let stream = Arc::new(Mutex::new(Stream::new(sink, bytes)));
        Self { stream, if_exists, can_rewrite, buffer: Vec::new(), copied }
    }

    /// Opens the copy of an existing file that this output begins with, unless it is empty.
    pub(super) fn earlier(&self) -> Result<Option<BufReader<File>>> {
        let stream = lock(&self.stream);
        match &stream.sink {
            Sink::Replacing { temporary, .. } if self.copied.is_some() && stream.len() > 0 => {
                let copy = File::open(&temporary.path).map_err(|e| Error::io("read", &temporary.path, &e))?;
                Ok(Some(BufReader::with_capacity(BUFFER_BYTES, copy)))
            }
            _ => Ok(None),
        }
    }

    /// Returns false for the standard output, devices and pipes, whose bytes cannot be changed once written.
    pub fn can_rewrite(&self) -> bool {
        self.can_rewrite
    }

    /// Returns the number of bytes written.
    pub fn bytes(&self) -> u64 {
        let stream = lock(&self.stream);
        stream.len().max(stream.position() + self.buffer.len() as u64)
    }

    /// Returns a writer that can be owned, for example by the writer of another library.
    ///
    /// Use one of the two at a time: the output has a buffer, the writer has none.
    ///
    /// # Errors
    /// If the bytes in the buffer cannot be written.
    pub fn writer(&mut self) -> Result<OutputWriter> {
        self.flush()?;
        Ok(OutputWriter { stream: Arc::clone(&self.stream) })
    }

    /// Replaces the bytes written so far by those that `rewrite` writes to a new output.
    ///
    /// # Errors
    /// Those of `rewrite`; [`ErrorKind::Unsupported`] if this output is no file.
    pub(super) fn rewrite(
        &mut self,
        rewrite: impl FnOnce(&mut BufReader<File>, &mut Self) -> Result<()>,
    ) -> Result<()> {
        self.flush()?;
        let (old, sink) = match &lock(&self.stream).sink {
            Sink::Replacing { temporary, target } => {
                let old = File::open(&temporary.path).map_err(|e| Error::io("read", &temporary.path, &e))?;
                (old, Sink::Replacing { temporary: temporary_beside(target)?, target: target.clone() })
            }
            _ => return Err(not_rewritable()),
        };
        let mut new = Self::with(sink, 0, self.if_exists, self.copied.clone());
        rewrite(&mut BufReader::with_capacity(BUFFER_BYTES, old), &mut new)?;
        *self = new;
        Ok(())
    }

    /// Moves the complete file to its target and syncs it to disk. Removes the partial file of an earlier run.
    ///
    /// # Errors
    /// If a step fails; the target is then unchanged.
    pub fn commit(mut self) -> Result<Written> {
        let (sink, bytes) = self.close()?;
        let Sink::Replacing { temporary, target } = sink else {
            return Ok(Written { location: sink.name(), bytes });
        };
        temporary.file.sync_all().map_err(|e| Error::io("write", &target, &e))?;
        if self.if_exists == IfExists::Append {
            append::check_unchanged(&target, self.copied.as_ref())?;
        }
        match self.if_exists {
            IfExists::Replace | IfExists::Append => {
                temporary.replace(&target).map_err(|e| Error::io("replace", &target, &e))?;
            }
            IfExists::Fail => temporary.place_new(&target).map_err(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => already_exists(&target),
                _ => Error::io("create", &target, &e),
            })?,
        }
        remove_partial(&target);
        sync_folder(&target)?;
        Ok(Written { location: target.display().to_string(), bytes })
    }

    /// Moves an incomplete file to `<stem>.partial.<extension>` beside the target, which is unchanged.
    ///
    /// # Errors
    /// If a step fails.
    pub fn commit_partial(mut self) -> Result<Written> {
        let (sink, bytes) = self.close()?;
        let Sink::Replacing { temporary, target } = sink else {
            return Ok(Written { location: sink.name(), bytes });
        };
        let partial = partial_path(&target);
        temporary.file.sync_all().map_err(|e| Error::io("write", &partial, &e))?;
        temporary.replace(&partial).map_err(|e| Error::io("replace", &partial, &e))?;
        sync_folder(&partial)?;
        Ok(Written { location: partial.display().to_string(), bytes })
    }

    /// Removes the written file. Bytes that went to a stream remain there.
    pub fn discard(self) {
        drop(self);
    }

    /// Writes the buffer and closes the stream, for its writers too.
    fn close(&mut self) -> Result<(Sink, u64)> {
        self.flush()?;
        let mut stream = lock(&self.stream);
        let bytes = stream.len();
        Ok((std::mem::replace(&mut stream.sink, Sink::Closed), bytes))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(drop)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let result = lock(&self.stream).write_all(&self.buffer);
        self.buffer.clear();
        result
    }
}

impl Seek for OutputFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.flush()?;
        lock(&self.stream).seek(to)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Ok(lock(&self.stream).position() + self.buffer.len() as u64)
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        lock(&self.stream).sink = Sink::Closed;
    }
}

impl Write for OutputWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.stream).write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for OutputWriter {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        lock(&self.stream).seek(to)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Ok(lock(&self.stream).position())
    }
}

fn lock(stream: &Mutex<Stream>) -> MutexGuard<'_, Stream> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

fn already_exists(target: &Path) -> Error {
    Error::new(ErrorKind::Io, format!("{} already exists", target.display()))
        .with_context("path", target.display().to_string())
        .hint("remove it, name another `path`, or set `if_exists = \"replace\"`")
}

fn remove_partial(target: &Path) {
    let partial = partial_path(target);
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            log::warn!("cannot remove the outdated file {}: {error}", partial.display());
        }
        _ => {}
    }
}

/// Makes a rename durable: on Unix the folder has to reach the disk too.
fn sync_folder(file: &Path) -> Result<()> {
    let Some(folder) = file.parent().filter(|_| cfg!(unix)) else {
        return Ok(());
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // A folder that is writable but not readable, or a file system without this call: the file is in place.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result.map_err(|e| Error::io("write", folder, &e)),
    }
}
