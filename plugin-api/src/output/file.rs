//! One output: a file that appears whole or not at all, a device or pipe, or the standard output.

use super::options::IfExists;
use super::place::{Place, partial_path};
use super::temporary::{TemporaryFile, remove_abandoned};
use crate::error::{Error, ErrorKind, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

/// Bytes that leave together.
const BUFFER_BYTES: usize = 64 * 1024;

/// An output that is being written.
///
/// Dropping it before [`OutputFile::commit`] leaves no trace on disk.
#[derive(Debug)]
pub struct OutputFile {
    sink: Sink,
    if_exists: IfExists,
    buffer: Vec<u8>,
    bytes: u64,
}

#[derive(Debug)]
enum Sink {
    Stdout,
    Special { file: File, path: PathBuf },
    Replacing { temporary: TemporaryFile, target: PathBuf },
}

/// What became of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where it is now.
    pub location: String,
    /// Its size.
    pub bytes: u64,
}

impl OutputFile {
    /// Opens the output for a path; `-` is the standard output. The target itself is not touched yet.
    ///
    /// # Errors
    /// When the path is a folder's, the file is read-only or may not be replaced, or nothing can be written there.
    pub fn create(path: &str, if_exists: IfExists) -> Result<Self> {
        let sink = match Place::writable(path)? {
            Place::Stdout => Sink::Stdout,
            Place::Special(path) => {
                let file = OpenOptions::new().write(true).open(&path).map_err(|e| Error::io("open", &path, &e))?;
                Sink::Special { file, path }
            }
            Place::File(target) => {
                if if_exists == IfExists::Fail && target.exists() {
                    return Err(exists(&target));
                }
                remove_abandoned(&target);
                Sink::Replacing { temporary: TemporaryFile::beside(&target)?, target }
            }
        };
        Ok(Self { sink, if_exists, buffer: Vec::new(), bytes: 0 })
    }

    /// Whether what was written can still be changed: false for the standard output, devices and pipes.
    pub fn can_rewrite(&self) -> bool {
        matches!(self.sink, Sink::Replacing { .. })
    }

    /// How many bytes were written.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes, through a buffer.
    ///
    /// # Errors
    /// When the disk is full, or whatever else the system says. A reader that has gone away is a fact of the error
    /// (`broken_pipe`), as it is often no failure.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// Hands what is in the buffer to the system.
    ///
    /// # Errors
    /// As [`OutputFile::write`].
    pub fn flush(&mut self) -> Result<()> {
        let result = match &mut self.sink {
            Sink::Stdout => {
                let mut stdout = io::stdout().lock();
                // Every plugin library has a standard output of its own, which nobody flushes at the end.
                stdout.write_all(&self.buffer).and_then(|()| stdout.flush())
            }
            Sink::Special { file, .. } => file.write_all(&self.buffer),
            Sink::Replacing { temporary, .. } => temporary.file.write_all(&self.buffer),
        };
        self.buffer.clear();
        result.map_err(|e| self.failed("write", &e))
    }

    /// Replaces what was written by what `rewrite` makes of it.
    ///
    /// # Errors
    /// Those of `rewrite`; [`ErrorKind::Unsupported`] when this output cannot be rewritten.
    pub fn rewrite(&mut self, rewrite: impl FnOnce(&mut BufReader<File>, &mut Self) -> Result<()>) -> Result<()> {
        self.flush()?;
        let Sink::Replacing { temporary, target } = &self.sink else {
            return Err(Error::new(ErrorKind::Unsupported, "what was written to a stream cannot be changed"));
        };
        let old = File::open(&temporary.path).map_err(|e| Error::io("read", &temporary.path, &e))?;
        let sink = Sink::Replacing { temporary: TemporaryFile::beside(target)?, target: target.clone() };
        let mut new = Self { sink, if_exists: self.if_exists, buffer: Vec::new(), bytes: 0 };
        rewrite(&mut BufReader::with_capacity(BUFFER_BYTES, old), &mut new)?;
        *self = new;
        Ok(())
    }

    /// Puts the complete file in its place, on disk for good, and removes what a stopped run left beside it.
    ///
    /// # Errors
    /// When that fails; the target is then as it was.
    pub fn commit(mut self) -> Result<Written> {
        self.flush()?;
        let bytes = self.bytes;
        let (temporary, target) = match self.sink {
            Sink::Replacing { temporary, target } => (temporary, target),
            stream => {
                return Ok(Written { location: stream.name(), bytes });
            }
        };
        temporary.file.sync_all().map_err(|e| Error::io("write", &target, &e))?;
        match self.if_exists {
            IfExists::Replace => temporary.replace(&target).map_err(|e| Error::io("replace", &target, &e))?,
            IfExists::Fail => temporary.place_new(&target).map_err(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => exists(&target),
                _ => Error::io("create", &target, &e),
            })?,
        }
        let partial = partial_path(&target);
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                log::warn!("cannot remove {}, which is out of date: {error}", partial.display());
            }
            _ => {}
        }
        sync_folder(&target)?;
        Ok(Written { location: target.display().to_string(), bytes })
    }

    /// Keeps an incomplete file beside the target, as `<stem>.partial.<extension>`; the target stays as it is.
    ///
    /// # Errors
    /// When that fails.
    pub fn commit_partial(mut self) -> Result<Written> {
        self.flush()?;
        let bytes = self.bytes;
        let (temporary, target) = match self.sink {
            Sink::Replacing { temporary, target } => (temporary, partial_path(&target)),
            stream => {
                return Ok(Written { location: stream.name(), bytes });
            }
        };
        temporary.file.sync_all().map_err(|e| Error::io("write", &target, &e))?;
        temporary.replace(&target).map_err(|e| Error::io("replace", &target, &e))?;
        sync_folder(&target)?;
        Ok(Written { location: target.display().to_string(), bytes })
    }

    /// Removes what was written. What a stream has taken cannot be taken back.
    pub fn discard(self) {
        drop(self);
    }

    fn failed(&self, doing: &str, source: &io::Error) -> Error {
        match &self.sink {
            Sink::Stdout => {
                Error::new(ErrorKind::of_io(source), format!("cannot {doing} to the standard output: {source}"))
            }
            Sink::Special { path, .. } => Error::io(doing, path, source),
            Sink::Replacing { target, .. } => Error::io(doing, target, source),
        }
    }
}

impl Sink {
    fn name(&self) -> String {
        match self {
            Self::Stdout => "standard output".to_owned(),
            Self::Special { path, .. } | Self::Replacing { target: path, .. } => path.display().to_string(),
        }
    }
}

fn exists(target: &Path) -> Error {
    Error::new(ErrorKind::Io, format!("{} exists already", target.display()))
        .with_context("path", target.display().to_string())
        .hint("remove it, name another `path`, or set `if_exists = \"replace\"`")
}

/// Makes a rename last: on Unix the folder has to reach the disk too.
fn sync_folder(file: &Path) -> Result<()> {
    let Some(folder) = file.parent().filter(|_| cfg!(unix)) else {
        return Ok(());
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // A folder that may be written to but not read, or a file system that has no such call: the file is in place.
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
