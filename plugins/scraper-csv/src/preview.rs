//! Checks of the first part of a text: the line `sep=`, the delimiter, and malformed rows. Pure.

use crate::cells::Cells;
use crate::dialect::Dialect;
use crate::parse::{Fault, FaultKind, Parsed, parse};

/// Delimiters that files have, the most frequent first. The last two are those of Hive and of ASCII.
const DELIMITERS: [u8; 7] = [b',', b';', b'\t', b'|', b'^', 1, 0x1f];
/// Maximum rows that are compared.
const MAX_ROWS: usize = 200;
/// Minimum rows of a file without a header that identify a delimiter.
const MIN_ROWS: usize = 3;

/// A delimiter that divides the rows evenly.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    pub(crate) delimiter: u8,
    pub(crate) columns: usize,
    /// True if all rows that were read have as many cells.
    pub(crate) is_certain: bool,
}

/// Returns the delimiter of a first line `sep=;`, with or without quotes.
pub(crate) fn separator(text: &[u8]) -> Option<u8> {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (name, rest) = line.split_at_checked(4)?;
    match rest {
        [delimiter] if name.eq_ignore_ascii_case(b"sep=") && delimiter.is_ascii() && *delimiter != b'"' => {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// Returns another delimiter that divides the rows evenly, if that of the dialect does not.
pub(crate) fn other_delimiter(text: &[u8], is_last: bool, dialect: Dialect, has_header: bool) -> Option<Suggestion> {
    let own = Widths::of(text, is_last, dialect);
    if own.columns() > 1 && own.are_even() {
        return None;
    }
    let others = DELIMITERS.into_iter().filter(|other| *other != dialect.delimiter && dialect.quote != Some(*other));
    let suggestions = others.filter_map(|delimiter| {
        let widths = Widths::of(text, is_last, Dialect { delimiter, ..dialect });
        let columns = widths.columns();
        let even = widths.even();
        let is_certain = widths.are_even() && even >= if has_header { 2 } else { MIN_ROWS };
        let is_most = even * 10 >= widths.rows.len() * 9 && (has_header || even >= MIN_ROWS);
        let is_likely = own.columns() <= 1 && !widths.is_malformed && is_most;
        (columns > 1 && (is_certain || is_likely)).then_some(Suggestion { delimiter, columns, is_certain })
    });
    suggestions.reduce(|best, next| if next.rank() > best.rank() { next } else { best })
}

impl Suggestion {
    fn rank(&self) -> (bool, usize) {
        (self.is_certain, self.columns)
    }
}

/// Numbers of cells of the first complete rows.
struct Widths {
    rows: Vec<usize>,
    /// True if a malformed row follows.
    is_malformed: bool,
}

impl Widths {
    fn of(text: &[u8], is_last: bool, dialect: Dialect) -> Self {
        let mut cells = Cells::default();
        let mut widths = Self { rows: Vec::new(), is_malformed: false };
        let mut rest = text;
        while widths.rows.len() < MAX_ROWS {
            let length = match parse(rest, is_last, dialect, &mut cells) {
                Parsed::Row(length) => {
                    widths.rows.push(cells.len());
                    length
                }
                Parsed::Empty(length) => length,
                Parsed::Malformed(_) => {
                    widths.is_malformed = true;
                    break;
                }
                Parsed::Incomplete | Parsed::End => break,
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        widths
    }

    /// Number of cells of the first row.
    fn columns(&self) -> usize {
        self.rows.first().copied().unwrap_or_default()
    }

    /// Number of rows that are as long as the first.
    fn even(&self) -> usize {
        self.rows.iter().filter(|width| **width == self.columns()).count()
    }

    fn are_even(&self) -> bool {
        !self.is_malformed && self.even() == self.rows.len()
    }
}

/// Returns the first malformed row and its offset. An open quote is found when its row is read.
pub(crate) fn first_fault(text: &[u8], is_last: bool, dialect: Dialect) -> Option<(Fault, usize)> {
    let mut cells = Cells::default();
    let mut offset = 0;
    loop {
        match parse(text.get(offset..).unwrap_or_default(), is_last, dialect, &mut cells) {
            Parsed::Row(length) | Parsed::Empty(length) => offset += length,
            Parsed::Malformed(fault) if fault.kind != FaultKind::OpenQuote => return Some((fault, offset)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None, trim: false };

    #[test]
    fn separator_lines_name_the_delimiter() {
        let cases: [(&[u8], Option<u8>); 8] = [
            (b"sep=;\r\na;b\r\n", Some(b';')),
            (b"SEP=\t\na\tb\n", Some(b'\t')),
            (b"\"sep=|\"\n", Some(b'|')),
            (b"sep=,", Some(b',')),
            (b"sep=\na\n", None),
            (b"sep=;;\n", None),
            (b"sepal,x\n", None),
            (b"", None),
        ];
        for (text, delimiter) in cases {
            assert_eq!(separator(text), delimiter, "{text:?}");
        }
    }

    #[test]
    fn other_delimiters_are_recognized() {
        let certain = |delimiter, columns| Some(Suggestion { delimiter, columns, is_certain: true });
        let likely = |delimiter, columns| Some(Suggestion { delimiter, columns, is_certain: false });
        let many = format!("id;text\n{}1;a;b\n", "1;a\n".repeat(20));
        let cases: [(&str, &str, bool, Option<Suggestion>); 16] = [
            ("semicolons", "id;text\n1;a\n2;b\n", true, certain(b';', 2)),
            ("decimal commas", "id;price;text\n1;2,5;a\n2;3,75;b, c\n", true, certain(b';', 3)),
            ("tabs", "id\ttext\n1\ta, b\n", true, certain(b'\t', 2)),
            ("bars", "id|text|x\r\n1|a|\r\n", true, certain(b'|', 3)),
            ("quoted", "\"id\";\"a;b\"\n\"1\";\"x;y;z\"\n", true, certain(b';', 2)),
            ("commas in the header", "id;text, long;x\n1;a;b\n", true, certain(b';', 3)),
            ("Hive", "id\u{1}text\n1\u{1}a\n", true, certain(1, 2)),
            ("no header", "1;a\n2;b\n3;c\n", false, certain(b';', 2)),
            ("no header, two rows", "1;a\n2;b\n", false, None),
            ("only a header", "id;text\n", true, likely(b';', 2)),
            ("an uneven row", &many, true, likely(b';', 2)),
            ("commas", "id,text\n1,a;b\n", true, None),
            ("uneven commas", "id,text\n1\n", true, None),
            ("one column", "text\ngood; nice\nbad; slow\n", true, None),
            ("one column of prose", "text\nWell, yes\n", true, None),
            ("empty", "", true, None),
        ];
        for (name, text, has_header, expected) in cases {
            assert_eq!(other_delimiter(text.as_bytes(), true, COMMA, has_header), expected, "{name}");
        }
    }

    #[test]
    fn the_first_fault_is_found_with_its_offset() {
        let found = first_fault(b"a,b\n1,2\n\n\"x\"y,2\n", true, COMMA);
        let fault = Fault { kind: FaultKind::TextAfterQuote, at: 3, column: 1 };
        assert_eq!(found, Some((fault, 9)));
        assert_eq!(first_fault(b"a,b\n1,\"open\n", true, COMMA), None);
    }
}
