//! One row of the file after the other, with its place for messages.

use crate::config::{Config, Encoding};
use crate::input::Input;
use crate::source::open;
use crate::utf16::Utf16Reader;
use csv::{ByteRecord, Reader, ReaderBuilder};
use rowsmith_plugin_api::input::{Bytes, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io;

const BUFFER_BYTES: usize = 128 * 1024;

/// Reads the rows of a source as bytes.
pub(crate) struct Records {
    reader: Reader<Input<Bytes>>,
    path: String,
    delimiter: u8,
    pub(crate) record: ByteRecord,
    /// How many records were read; the header is one.
    pub(crate) count: u64,
}

impl Records {
    pub(crate) fn open(config: &Config) -> Result<Self> {
        let mut bytes = open(&config.path, config.encoding)?;
        if config.encoding == Encoding::Utf16 {
            bytes = Box::new(Utf16Reader::new(bytes));
        }
        let delimiter = config.delimiter()?;
        // The lengths of rows are checked by the scraper, which can say more about them.
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Input::new(bytes, u64::from(config.max_row_mib) << 20));
        Ok(Self { reader, path: config.path.clone(), delimiter, record: ByteRecord::new(), count: 0 })
    }

    /// Reads the next row into `record`; false at the end.
    pub(crate) fn next(&mut self) -> Result<bool> {
        self.reader.get_mut().row_start = self.reader.position().byte();
        let found = match self.reader.read_byte_record(&mut self.record) {
            Ok(found) => found,
            Err(error) => return Err(self.unreadable(error)),
        };
        self.count += u64::from(found);
        // A row that was still open when the bytes ended is looked at more closely.
        if found && self.reader.get_ref().ended && self.is_open_quote() {
            let error = self.invalid("has a quote that is never closed");
            return Err(error.hint("close it, or write a quote inside of a cell twice"));
        }
        Ok(found)
    }

    /// An unquoted cell cannot hold a delimiter or a line end, and a closed one ends in a quote.
    fn is_open_quote(&self) -> bool {
        let special = |byte: &u8| matches!(*byte, b'\n' | b'\r') || *byte == self.delimiter;
        self.reader.get_ref().last != Some(b'"')
            && self.record.iter().next_back().is_some_and(|cell| cell.iter().any(special))
    }

    /// The line in which the latest row begins. Parsers count a line end when they pass it: LF with the row, the LF of
    /// CR LF with the next one. A row that came with the end of the bytes had no line end.
    fn line(&self) -> u64 {
        let input = self.reader.get_ref();
        let inside =
            self.record.iter().map(|cell| cell.split(|byte| *byte == b'\n').skip(1).count() as u64).sum::<u64>();
        let end_passed = input.crlf == Some(false) && !input.ended;
        self.reader.position().line().saturating_sub(inside + u64::from(end_passed)).max(1)
    }

    /// An error about the latest row.
    pub(crate) fn invalid(&self, what: &str) -> Error {
        let line = self.line();
        Error::new(ErrorKind::InvalidData, format!("line {line} of {} {what}", display_name(&self.path)))
            .with_context("path", &self.path)
            .with_context("line", line.to_string())
    }

    fn unreadable(&self, error: csv::Error) -> Error {
        let source = match error.into_kind() {
            csv::ErrorKind::Io(source) => source,
            other => io::Error::other(format!("{other:?}")),
        };
        let mut read = Error::io("read", display_name(&self.path), &source);
        match source.kind() {
            io::ErrorKind::FileTooLarge => {
                read.kind = ErrorKind::TooLarge;
                let line = self.reader.position().line().to_string();
                read.with_context("line", line)
                    .hint("look for a quote that is never closed, or set a larger `max_row_mib`")
            }
            io::ErrorKind::InvalidData => {
                read.kind = ErrorKind::InvalidData;
                read.hint("set another `encoding`")
            }
            _ => read,
        }
    }
}
