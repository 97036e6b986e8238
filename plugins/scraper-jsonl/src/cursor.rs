//! A byte reader with a position.

use crate::position::Position;
use rowsmith_plugin_api::prelude::*;
use std::io::{self, BufRead};

/// A buffered reader that tracks its position.
pub(crate) struct Cursor {
    reader: Box<dyn BufRead + Send>,
    pub(crate) position: Position,
    pub(crate) path: String,
}

impl Cursor {
    pub(crate) fn new(reader: Box<dyn BufRead + Send>, position: Position, path: &str) -> Self {
        Self { reader, position, path: path.to_owned() }
    }

    /// The next byte, which is not consumed; `None` at the end.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.buffered()?.first().copied())
    }

    /// The buffered bytes; empty at the end.
    pub(crate) fn buffered(&mut self) -> Result<&[u8]> {
        // Called twice, because the borrow checker does not accept a return of the borrow from the loop.
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        match self.reader.fill_buf() {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(Error::io("read", &self.path, &error)),
        }
    }

    /// Moves `length` of the buffered bytes to `out`.
    pub(crate) fn take(&mut self, length: usize, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        let bytes = self.buffered()?;
        out.extend_from_slice(bytes.get(..length).unwrap_or(bytes));
        self.position = self.position.after(out.get(start..).unwrap_or_default());
        self.reader.consume(out.len() - start);
        Ok(())
    }

    /// Consumes the next byte, which the caller has seen.
    pub(crate) fn pass(&mut self, byte: u8) {
        self.position = self.position.after(&[byte]);
        self.reader.consume(1);
    }

    /// Consumes white space and returns the next byte, which is not consumed; `None` at the end.
    pub(crate) fn skip_space(&mut self) -> Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(byte) if byte.is_ascii_whitespace() => self.pass(byte),
                other => return Ok(other),
            }
        }
    }

    /// An error at the current position.
    pub(crate) fn invalid(&self, problem: &str) -> Error {
        self.position.invalid(&self.path, problem)
    }

    fn unreadable(&self, source: &io::Error) -> Error {
        Error::io("read", rowsmith_plugin_api::input::display_name(&self.path), source)
    }
}

/// The error of a row that exceeds the maximum size.
pub(crate) fn too_large(path: &str, position: Position, max_bytes: usize) -> Error {
    let mut error = position.invalid(path, &format!("a row exceeds {} MiB", max_bytes >> 20));
    error.kind = ErrorKind::TooLarge;
    error.hint("increase `max_row_mib`")
}
