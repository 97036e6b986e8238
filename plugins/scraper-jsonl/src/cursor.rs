//! Bytes of a source, with the place where they are.

use crate::place::Place;
use rowsmith_plugin_api::prelude::*;
use std::io::{self, BufRead};

/// A reader that knows its place.
pub(crate) struct Cursor {
    reader: Box<dyn BufRead + Send>,
    pub(crate) place: Place,
    pub(crate) path: String,
}

impl Cursor {
    pub(crate) fn new(reader: Box<dyn BufRead + Send>, place: Place, path: &str) -> Self {
        Self { reader, place, path: path.to_owned() }
    }

    /// The next byte, which stays; nothing at the end.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.waiting()?.first().copied())
    }

    /// Bytes that can be looked at; none at the end.
    pub(crate) fn waiting(&mut self) -> Result<&[u8]> {
        // Asked twice, as the borrow of a first answer would have to outlast the loop.
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

    /// Moves so many of the bytes that are waiting to `out`.
    pub(crate) fn take(&mut self, length: usize, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        let bytes = self.waiting()?;
        out.extend_from_slice(bytes.get(..length).unwrap_or(bytes));
        self.place = self.place.after(out.get(start..).unwrap_or_default());
        self.reader.consume(out.len() - start);
        Ok(())
    }

    /// Passes over one byte that is waiting.
    pub(crate) fn pass(&mut self, byte: u8) {
        self.place = self.place.after(&[byte]);
        self.reader.consume(1);
    }

    /// Passes over white space and returns what follows it, which stays; nothing at the end.
    pub(crate) fn skip_space(&mut self) -> Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(byte) if byte.is_ascii_whitespace() => self.pass(byte),
                other => return Ok(other),
            }
        }
    }

    /// An error at this place.
    pub(crate) fn invalid(&self, what: &str) -> Error {
        self.place.invalid(&self.path, what)
    }

    fn unreadable(&self, source: &io::Error) -> Error {
        Error::io("read", rowsmith_plugin_api::input::display_name(&self.path), source)
    }
}

/// The error of a row that is larger than the config allows.
pub(crate) fn too_large(path: &str, place: Place, max_bytes: usize) -> Error {
    let mut error = place.invalid(path, &format!("a row is larger than {} MiB", max_bytes >> 20));
    error.kind = ErrorKind::TooLarge;
    error.hint("set a larger `max_row_mib`")
}
