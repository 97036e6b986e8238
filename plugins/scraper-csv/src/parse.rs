//! Splits the text of a row into cells.
//!
//! The parser is our own because those of libraries drop what does not fit: text after a closing quote, white space
//! before an opening one, and empty lines. Here such text is a fault. All other rows are read as by the crate `csv`, and
//! a test compares both.

use crate::cells::Cells;
use crate::dialect::Dialect;
use memchr::{memchr, memchr2, memchr3};

/// The result of reading a row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// A row of this length, its line end included.
    Row(usize),
    /// An empty line of this length.
    Empty(usize),
    /// The row does not end in this text.
    Incomplete,
    /// There is no further row.
    End,
    /// The row is malformed.
    Malformed(Fault),
}

/// A fault of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// Offset in the row.
    pub(crate) at: usize,
    /// Number of the cell, from 1.
    pub(crate) column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Text follows the closing quote of a cell.
    TextAfterQuote,
    /// The closing quote after a backslash is followed by text.
    BackslashBeforeQuote,
    /// White space stands around the quotes of a cell.
    SpaceAroundQuotes,
    /// A quote is never closed.
    OpenQuote,
}

/// The end of a cell.
enum CellEnd {
    /// The cell ends before this offset, at which a delimiter, a line end or the end of the text is.
    At(usize),
    Incomplete,
    Malformed(FaultKind, usize),
}

/// Reads the row at the start of `text` into `cells`. `is_last` is true if the file ends with the text.
pub(crate) fn parse(text: &[u8], is_last: bool, dialect: Dialect, cells: &mut Cells) -> Parsed {
    cells.clear();
    match text.first() {
        None if is_last => return Parsed::End,
        None => return Parsed::Incomplete,
        Some(b'\n' | b'\r') => return after_line(text, 0, is_last).map_or(Parsed::Incomplete, Parsed::Empty),
        Some(_) => {}
    }
    let row = Row { text, is_last, dialect };
    let mut at = 0;
    loop {
        at = match row.cell(at, cells) {
            CellEnd::At(at) => at,
            CellEnd::Incomplete => return Parsed::Incomplete,
            CellEnd::Malformed(kind, at) => return Parsed::Malformed(Fault { kind, at, column: cells.len() + 1 }),
        };
        match text.get(at) {
            Some(byte) if *byte == dialect.delimiter => at += 1,
            Some(_) => return after_line(text, at, is_last).map_or(Parsed::Incomplete, Parsed::Row),
            None => return Parsed::Row(at),
        }
    }
}

/// The offset after the line end at `at`; `None` if it may continue after the text.
pub(crate) fn after_line(text: &[u8], at: usize, is_last: bool) -> Option<usize> {
    match (text.get(at), text.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(at + 2),
        (Some(b'\r'), None) if !is_last => None,
        _ => Some(at + 1),
    }
}

#[derive(Clone, Copy)]
struct Row<'a> {
    text: &'a [u8],
    is_last: bool,
    dialect: Dialect,
}

impl Row<'_> {
    fn from(&self, at: usize) -> &[u8] {
        self.text.get(at..).unwrap_or_default()
    }

    /// Reads the cell that starts at `start`.
    fn cell(&self, start: usize, cells: &mut Cells) -> CellEnd {
        let Some(quote) = self.dialect.quote else { return self.unquoted(start, cells) };
        match self.text.get(start) {
            Some(byte) if *byte == quote => self.quoted(start, quote, cells),
            Some(byte) if self.dialect.is_blank(*byte) => self.after_blanks(start, quote, cells),
            _ => self.unquoted(start, cells),
        }
    }

    /// Reads a cell that starts with white space.
    fn after_blanks(&self, start: usize, quote: u8, cells: &mut Cells) -> CellEnd {
        let first = self.skip_blanks(start);
        match self.text.get(first) {
            None if !self.is_last => CellEnd::Incomplete,
            Some(byte) if *byte == quote && self.dialect.trim => self.quoted(first, quote, cells),
            Some(byte) if *byte == quote => self.spaced_quote(start, first, quote, cells),
            _ => self.unquoted(start, cells),
        }
    }

    /// Without trimming, a quote after white space is text, unless it seems to open a quoted cell: no other quote is in
    /// the cell, or the last one ends it.
    fn spaced_quote(&self, start: usize, first: usize, quote: u8, cells: &mut Cells) -> CellEnd {
        let end = match self.plain_end(start) {
            Some(end) => end,
            None if self.is_last => self.text.len(),
            None => return CellEnd::Incomplete,
        };
        let inside = self.text.get(first + 1..end).unwrap_or_default().trim_ascii_end();
        if !inside.contains(&quote) || inside.last() == Some(&quote) {
            return CellEnd::Malformed(FaultKind::SpaceAroundQuotes, first);
        }
        self.unquoted(start, cells)
    }

    fn skip_blanks(&self, at: usize) -> usize {
        at + self.from(at).iter().take_while(|byte| self.dialect.is_blank(**byte)).count()
    }

    /// The offset of the delimiter or line end that follows.
    fn plain_end(&self, at: usize) -> Option<usize> {
        memchr3(self.dialect.delimiter, b'\n', b'\r', self.from(at)).map(|offset| at + offset)
    }

    fn unquoted(&self, start: usize, cells: &mut Cells) -> CellEnd {
        let end = match self.plain_end(start) {
            Some(end) => end,
            None if self.is_last => self.text.len(),
            None => return CellEnd::Incomplete,
        };
        match self.dialect.escape {
            Some(escape) if memchr(escape, self.text.get(start..end).unwrap_or_default()).is_some() => {
                self.unquoted_with_escapes(start, escape, cells)
            }
            _ => {
                cells.push(start..end);
                CellEnd::At(end)
            }
        }
    }

    fn unquoted_with_escapes(&self, start: usize, escape: u8, cells: &mut Cells) -> CellEnd {
        let copied = cells.copied();
        let mut at = start;
        loop {
            let is_special = |byte: &u8| *byte == escape || self.dialect.is_end(*byte);
            let Some(offset) = self.from(at).iter().position(is_special) else {
                if !self.is_last {
                    return CellEnd::Incomplete;
                }
                cells.copy(self.from(at));
                cells.push_copied(copied);
                return CellEnd::At(self.text.len());
            };
            let special = at + offset;
            cells.copy(self.text.get(at..special).unwrap_or_default());
            if self.text.get(special) != Some(&escape) {
                cells.push_copied(copied);
                return CellEnd::At(special);
            }
            match self.escaped(special, cells) {
                Some(next) => at = next,
                None => return CellEnd::Incomplete,
            }
        }
    }

    /// Copies the character after the escape at `at`; returns the offset after it.
    fn escaped(&self, at: usize, cells: &mut Cells) -> Option<usize> {
        let length = match (self.text.get(at + 1), self.text.get(at + 2)) {
            (None, _) if self.is_last => 0,
            (None, _) => return None,
            (Some(b'\r'), None) if !self.is_last => return None,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 1,
        };
        let next = self.text.get(at + 1..at + 1 + length).unwrap_or_default();
        // An escape before a letter or a digit, as in `\n` or a path, has no meaning that all programs share.
        let keeps_escape = next.first().is_none_or(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        let from = if keeps_escape { at } else { at + 1 };
        cells.copy(self.text.get(from..at + 1 + length).unwrap_or_default());
        Some(at + 1 + length)
    }

    /// Reads a cell whose quote is at `open`.
    fn quoted(&self, open: usize, quote: u8, cells: &mut Cells) -> CellEnd {
        let copied = cells.copied();
        let mut is_plain = true;
        let mut at = open + 1;
        loop {
            let rest = self.from(at);
            let found = match self.dialect.escape {
                None => memchr(quote, rest),
                Some(escape) => memchr2(quote, escape, rest),
            };
            let Some(special) = found.map(|offset| at + offset) else {
                return if self.is_last { CellEnd::Malformed(FaultKind::OpenQuote, open) } else { CellEnd::Incomplete };
            };
            let is_quote = self.text.get(special) == Some(&quote);
            let is_doubled = is_quote && self.text.get(special + 1) == Some(&quote);
            if is_quote && !is_doubled {
                return match self.closed(special) {
                    CellEnd::At(end) => {
                        if is_plain {
                            cells.push(open + 1..special);
                        } else {
                            cells.copy(self.text.get(at..special).unwrap_or_default());
                            cells.push_copied(copied);
                        }
                        CellEnd::At(end)
                    }
                    other => other,
                };
            }
            is_plain = false;
            cells.copy(self.text.get(at..special).unwrap_or_default());
            if is_doubled {
                cells.copy(&[quote]);
                at = special + 2;
            } else {
                match self.escaped(special, cells) {
                    Some(next) => at = next,
                    None => return CellEnd::Incomplete,
                }
            }
        }
    }

    /// Checks the text after a closing quote.
    fn closed(&self, quote: usize) -> CellEnd {
        let after = self.skip_blanks(quote + 1);
        let has_blanks = after > quote + 1;
        match self.text.get(after) {
            None if !self.is_last => CellEnd::Incomplete,
            Some(byte) if !self.dialect.is_end(*byte) => {
                let escaped = self.dialect.escape.is_none() && self.text.get(quote.wrapping_sub(1)) == Some(&b'\\');
                let kind = if escaped { FaultKind::BackslashBeforeQuote } else { FaultKind::TextAfterQuote };
                CellEnd::Malformed(kind, quote + 1)
            }
            _ if has_blanks && !self.dialect.trim => CellEnd::Malformed(FaultKind::SpaceAroundQuotes, quote + 1),
            _ => CellEnd::At(after),
        }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
