//! [`DeferredRows`]: rows in a temporary file, for formats that begin when all columns are known.

use super::destination::Destination;
use crate::error::{Error, Result};
use crate::files::{TemporaryFile, remove_abandoned};
use crate::row::RowChunk;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;

/// Chunks of rows, written one after the other. Dropping them removes the file.
#[derive(Debug)]
pub(super) struct DeferredRows {
    temporary: TemporaryFile,
    target: PathBuf,
    buffer: Vec<u8>,
    chunks: u64,
}

impl DeferredRows {
    /// Creates the file beside the output, or in the system's temporary folder for an output that is no file.
    pub(super) fn beside(path: &str) -> Result<Self> {
        let target = match Destination::named(path) {
            Destination::File(file) => file,
            Destination::Stdout | Destination::Device(_) => {
                let target = std::env::temp_dir().join("rows");
                remove_abandoned(&target);
                target
            }
        };
        // Other users of the machine cannot read the rows, also in a folder that all can read.
        let temporary =
            TemporaryFile::private_beside(&target).map_err(|e| Error::io("create a file for", &target, &e))?;
        Ok(Self { temporary, target, buffer: Vec::new(), chunks: 0 })
    }

    pub(super) fn push(&mut self, chunk: &RowChunk) -> Result<()> {
        self.buffer.clear();
        self.buffer.extend_from_slice(&0_u64.to_le_bytes());
        chunk.encode_into(&mut self.buffer)?;
        let length = self.buffer.len() as u64 - 8;
        if let Some(prefix) = self.buffer.first_chunk_mut() {
            *prefix = length.to_le_bytes();
        }
        let written = self.temporary.file.write_all(&self.buffer);
        written.map_err(|error| self.failed("write", &error))?;
        self.chunks += 1;
        Ok(())
    }

    /// Reads the chunks from the start, one at a time.
    pub(super) fn for_each(mut self, mut use_chunk: impl FnMut(&RowChunk) -> Result<()>) -> Result<()> {
        let file = File::open(&self.temporary.path).map_err(|error| self.failed("read", &error))?;
        let mut reader = BufReader::new(file);
        for _ in 0..self.chunks {
            self.read_chunk(&mut reader).map_err(|error| self.failed("read", &error))?;
            use_chunk(&RowChunk::decode(&self.buffer)?)?;
        }
        Ok(())
    }

    /// Reads one chunk into the buffer.
    fn read_chunk(&mut self, reader: &mut impl Read) -> io::Result<()> {
        let mut length = [0; 8];
        reader.read_exact(&mut length)?;
        self.buffer.clear();
        let length = u64::from_le_bytes(length);
        if reader.take(length).read_to_end(&mut self.buffer)? as u64 == length {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    fn failed(&self, operation: &str, source: &io::Error) -> Error {
        Error::io(format!("{operation} the temporary file with the rows for"), &self.target, source)
    }
}
