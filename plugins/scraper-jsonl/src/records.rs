//! Reads the texts of rows from lines, an array, or an array inside a document.

use crate::array::Array;
use crate::config::Config;
use crate::cursor::Cursor;
use crate::lines::Lines;
use crate::pointer::{PointerError, find};
use crate::position::{Position, rejected};
use crate::source::open;
use rowsmith_plugin_api::input::{Bytes, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io::{self, BufReader, Read};

const BUFFER_BYTES: usize = 128 * 1024;
/// Maximum size of a document for a pointer, which is held in memory.
const MAX_DOCUMENT_BYTES: u64 = 256 * 1024 * 1024;

/// A reader for the texts of rows.
pub(crate) enum Records {
    Lines(Lines),
    Array(Array),
}

impl Records {
    pub(crate) fn open(config: &Config) -> Result<Self> {
        let bytes = open(&config.path)?;
        if let Some(pointer) = &config.pointer {
            return Self::inside(config, pointer, bytes);
        }
        let reader = BufReader::with_capacity(BUFFER_BYTES, bytes);
        let mut cursor = Cursor::new(Box::new(reader), Position::START, &config.path);
        Ok(match cursor.skip_space()? {
            Some(b'[') => Self::Array(Array::new(cursor, config.max_row_bytes())),
            _ => Self::Lines(Lines::new(cursor, config.max_row_bytes())),
        })
    }

    fn inside(config: &Config, pointer: &str, bytes: Bytes) -> Result<Self> {
        let path = &config.path;
        let mut document = String::new();
        bytes.take(MAX_DOCUMENT_BYTES + 1).read_to_string(&mut document).map_err(|e| match e.kind() {
            io::ErrorKind::InvalidData => Position::START.invalid(path, "expected UTF-8"),
            _ => Error::io("read", display_name(path), &e),
        })?;
        if document.len() as u64 > MAX_DOCUMENT_BYTES {
            let message = format!("{} exceeds 256 MiB, the maximum for `pointer`", display_name(path));
            let error = Error::new(ErrorKind::TooLarge, message).with_context("path", path);
            return Err(error.hint("extract the array to a file of its own, which is streamed"));
        }
        let array = find(&document, pointer).map_err(|error| match error {
            PointerError::Invalid(e) => rejected(Position::START, path, &document, &e, "expected JSON"),
            PointerError::NotFound(error) => error.with_context("path", path),
        })?;
        let start = array.as_ptr().addr() - document.as_ptr().addr();
        let end = start + array.len();
        let position = Position::START.after(document.as_bytes().get(..start).unwrap_or_default());
        document.truncate(end);
        let mut reader = io::Cursor::new(document);
        reader.set_position(start as u64);
        let cursor = Cursor::new(Box::new(reader), position, path);
        Ok(Self::Array(Array::new(cursor, config.max_row_bytes())))
    }

    /// Reads the next text and returns its position; `None` at the end.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Position>> {
        match self {
            Self::Lines(lines) => lines.next(text),
            Self::Array(array) => array.next(text),
        }
    }

    /// The hint for a text that ends too early.
    pub(crate) fn incomplete_hint(&self) -> Option<&'static str> {
        matches!(self, Self::Lines(_))
            .then_some("write each object on one line, or set `pointer` to the array of rows in a JSON document")
    }
}
