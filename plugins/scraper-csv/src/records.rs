//! Reads rows one by one and locates them for errors.

use crate::cells::Cells;
use crate::config::Config;
use crate::dialect::{Dialect, shown};
use crate::likely;
use crate::parse::{Fault, FaultKind, Parsed, parse};
use crate::preview::{self, Suggestion};
use crate::source::{self, Source};
use crate::text::{Text, line_ends};
use rowsmith_plugin_api::input::display_name;
use rowsmith_plugin_api::prelude::*;
use std::io;

const NOT_QUOTES: &str = "set `quoting = false` if quotes are characters like any other";

/// Reads the rows of a file as bytes.
pub(crate) struct Records {
    text: Text,
    cells: Cells,
    path: String,
    dialect: Dialect,
    /// Length of the current row in the text.
    length: usize,
    /// The first bytes of the file, before decoding.
    head: Vec<u8>,
    /// Number of records so far, the header included.
    pub(crate) count: u64,
}

/// The next record of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Row,
    EmptyLine,
    End,
}

impl Records {
    /// Opens the file, passes the lines before the table, and checks the first part of the text.
    pub(crate) fn open(config: &Config) -> Result<Self> {
        let Source { bytes, head } = source::open(&config.path, config.encoding()?)?;
        let text = Text::new(bytes, config.max_row_bytes(), config.path == "-");
        let (cells, path, dialect) = (Cells::default(), config.path.clone(), config.dialect()?);
        let mut records = Self { text, cells, path, dialect, length: 0, head, count: 0 };
        records.text.fill().map_err(|e| records.unreadable(&e))?;
        records.skip_lines(config.skip_lines)?;
        records.pass_separator_line(config)?;
        records.check_delimiter(config)?;
        records.check_faults()?;
        Ok(records)
    }

    /// Reads the next row.
    pub(crate) fn next(&mut self) -> Result<Next> {
        self.text.consume(std::mem::take(&mut self.length));
        loop {
            match parse(self.text.rest(), self.text.is_last(), self.dialect, &mut self.cells) {
                Parsed::Row(length) => {
                    self.length = length;
                    self.count += 1;
                    return Ok(Next::Row);
                }
                Parsed::Empty(length) => {
                    self.length = length;
                    return Ok(Next::EmptyLine);
                }
                Parsed::End => return Ok(Next::End),
                Parsed::Incomplete => self.text.fill().map_err(|e| self.unreadable(&e))?,
                Parsed::Malformed(fault) => return Err(self.malformed(fault, 0)),
            }
        }
    }

    /// Number of cells of the current row.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A cell of the current row; empty if the row does not have it.
    pub(crate) fn get(&self, index: usize) -> &[u8] {
        self.cells.get(self.text.rest(), index)
    }

    /// An error about the current row.
    pub(crate) fn invalid(&self, problem: &str) -> Error {
        self.invalid_at(self.text.line(), problem)
    }

    /// An error about a cell of the current row that is not UTF-8.
    pub(crate) fn not_utf8(&self, index: usize) -> Error {
        let row = self.text.rest().get(..self.length).unwrap_or_default();
        let hint = likely::hint(if likely::is_ascii(row) { &self.head } else { row }, &self.head);
        self.invalid(&format!("is not UTF-8 in column {}", index + 1)).hint(hint)
    }

    fn invalid_at(&self, line: u64, problem: &str) -> Error {
        Error::new(ErrorKind::InvalidData, format!("line {line} of {} {problem}", display_name(&self.path)))
            .with_context("path", &self.path)
            .with_context("line", line.to_string())
    }

    fn skip_lines(&mut self, lines: u32) -> Result<()> {
        for line in 0..lines {
            if !self.text.skip_line().map_err(|e| self.unreadable(&e))? {
                let message = format!("`skip_lines` is {lines}, and {} has {line} lines", display_name(&self.path));
                return Err(Error::config("skip_lines", message));
            }
        }
        Ok(())
    }

    /// Passes a line such as `sep=;`, which spreadsheet programs write and read, and takes its delimiter.
    fn pass_separator_line(&mut self, config: &Config) -> Result<()> {
        let Some(delimiter) = preview::separator(self.text.rest()) else { return Ok(()) };
        if config.delimiter.is_some() && delimiter != self.dialect.delimiter {
            let (configured, named) = (shown(self.dialect.delimiter), shown(delimiter));
            let message = format!("`delimiter` is `{configured}`, and {} starts with `sep={named}`", self.path);
            return Err(
                Error::config("delimiter", message).hint("remove `delimiter`, or skip the line with `skip_lines = 1`")
            );
        }
        self.dialect.delimiter = delimiter;
        self.text.skip_line().map_err(|e| self.unreadable(&e)).map(drop)
    }

    /// Refuses a file that another delimiter divides into columns, unless the config names its own.
    fn check_delimiter(&self, config: &Config) -> Result<()> {
        let (text, is_last) = (self.text.rest(), self.text.is_last());
        let Some(suggestion) = preview::other_delimiter(text, is_last, self.dialect, config.has_header) else {
            return Ok(());
        };
        let Suggestion { delimiter, columns, is_certain } = suggestion;
        let (own, other) = (shown(self.dialect.delimiter), shown(delimiter));
        let error = self
            .invalid(&format!("and those after it have {columns} columns with the delimiter `{other}`, not `{own}`"));
        let hint = format!("set `delimiter = \"{other}\"`; `delimiter = \"{own}\"` reads the file as it is");
        if is_certain && config.delimiter.is_none() {
            return Err(error.hint(hint));
        }
        log::warn!("{}; {hint}", error.message);
        Ok(())
    }

    /// Refuses a malformed row near the start of the file before the rows that precede it are read.
    fn check_faults(&self) -> Result<()> {
        match preview::first_fault(self.text.rest(), self.text.is_last(), self.dialect) {
            Some((fault, offset)) => Err(self.malformed(fault, offset)),
            None => Ok(()),
        }
    }

    /// The error of a fault in the row at `offset` of the text.
    fn malformed(&self, fault: Fault, offset: usize) -> Error {
        let Fault { kind, at, column } = fault;
        let place = if kind == FaultKind::OpenQuote { offset } else { offset + at };
        let line = self.text.line() + line_ends(self.text.rest().get(..place).unwrap_or_default());
        let error = |problem: &str| self.invalid_at(line, &format!("{problem} in column {column}"));
        match kind {
            FaultKind::OpenQuote => error("has a quote that is never closed")
                .hint(format!("close it, double quotes inside the cell, or {NOT_QUOTES}")),
            FaultKind::TextAfterQuote => error("has text after a closing quote").hint(format!(
                "double quotes inside the cell, {NOT_QUOTES}, or set `escape` if another character precedes them"
            )),
            FaultKind::BackslashBeforeQuote => error("has a backslash before a quote")
                .hint(format!(r#"set `escape = "\\"` to read `\"` as a quote, or {NOT_QUOTES}"#)),
            FaultKind::SpaceAroundQuotes => error("has white space around a quoted cell")
                .hint(format!("set `trim = true` to remove it, or {NOT_QUOTES}")),
        }
    }

    fn unreadable(&self, source: &io::Error) -> Error {
        let mut read = Error::io("read", display_name(&self.path), source);
        match source.kind() {
            io::ErrorKind::FileTooLarge => {
                read.kind = ErrorKind::TooLarge;
                let line = self.text.line().to_string();
                read.with_context("line", line).hint("look for a quote that is never closed, or increase `max_row_mib`")
            }
            io::ErrorKind::InvalidData => {
                read.kind = ErrorKind::InvalidData;
                read.hint(likely::hint(&self.head, &self.head))
            }
            _ => read,
        }
    }
}
