//! Reads rows one by one and locates them for errors.

use crate::config::Config;
use crate::input::Input;
use crate::source::open;
use csv::{ByteRecord, Reader, ReaderBuilder};
use rowsmith_plugin_api::input::{Bytes, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io;

const BUFFER_BYTES: usize = 128 * 1024;

/// Reads the rows of a file as bytes.
pub(crate) struct Records {
    reader: Reader<Input<Bytes>>,
    path: String,
    delimiter: u8,
    pub(crate) record: ByteRecord,
    /// Number of records so far, the header included.
    pub(crate) count: u64,
}

impl Records {
    pub(crate) fn open(config: &Config) -> Result<Self> {
        let bytes = open(&config.path, config.encoding()?)?;
        let delimiter = config.delimiter()?;
        // The scraper checks the lengths of rows, for better errors.
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
        let has_record = match self.reader.read_byte_record(&mut self.record) {
            Ok(has_record) => has_record,
            Err(error) => return Err(self.unreadable(error)),
        };
        self.count += u64::from(has_record);
        // A row that reaches the end of the file may have an open quote.
        if has_record && self.reader.get_ref().ended && self.is_open_quote() {
            let error = self.invalid("has a quote that is never closed");
            return Err(error.hint("close it, or double quotes inside the cell"));
        }
        Ok(has_record)
    }

    /// An unquoted cell has no delimiter or line end, and a quoted one ends with a quote.
    fn is_open_quote(&self) -> bool {
        let special = |byte: &u8| matches!(*byte, b'\n' | b'\r') || *byte == self.delimiter;
        self.reader.get_ref().last != Some(b'"')
            && self.record.iter().next_back().is_some_and(|cell| cell.iter().any(special))
    }

    /// The line in which the current row begins. The parser counts LF with the row, and the LF of CR LF with the next
    /// row. A row at the end of the file has no line end.
    fn line(&self) -> u64 {
        let input = self.reader.get_ref();
        let inside =
            self.record.iter().map(|cell| cell.split(|byte| *byte == b'\n').skip(1).count() as u64).sum::<u64>();
        let end_passed = input.crlf == Some(false) && !input.ended;
        self.reader.position().line().saturating_sub(inside + u64::from(end_passed)).max(1)
    }

    /// An error about the current row.
    pub(crate) fn invalid(&self, problem: &str) -> Error {
        let line = self.line();
        Error::new(ErrorKind::InvalidData, format!("line {line} of {} {problem}", display_name(&self.path)))
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
                read.with_context("line", line).hint("look for a quote that is never closed, or increase `max_row_mib`")
            }
            io::ErrorKind::InvalidData => {
                read.kind = ErrorKind::InvalidData;
                read.hint("set another `encoding`")
            }
            _ => read,
        }
    }
}
