//! A finished chunk of rows, and its encoding.

use super::cell::{Cell, CellKind};
use crate::envelope::{Reader, put_length};
use crate::error::{Error, ErrorKind, Result};
use rowsmith_abi::Buffer;
use std::sync::Arc;

const MAGIC: &[u8; 4] = b"RSC1";
/// Maximum columns. A chunk with more is damaged.
const MAX_COLUMNS: usize = 65_536;

/// Rows that share one list of columns. Cells are stored row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChunk {
    pub(super) columns: Arc<[String]>,
    pub(super) rows: usize,
    /// One kind per cell.
    pub(super) kinds: Vec<CellKind>,
    /// End of each cell in `text`. A cell starts at the end of the previous one.
    pub(super) ends: Vec<u32>,
    pub(super) text: String,
}

impl RowChunk {
    /// The names of the columns.
    pub fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Keeps only the first rows.
    pub fn truncate(&mut self, rows: usize) {
        if rows < self.rows {
            let cells = rows * self.columns.len();
            self.rows = rows;
            self.kinds.truncate(cells);
            self.ends.truncate(cells);
            self.text.truncate(self.ends.last().map_or(0, |end| *end as usize));
        }
    }

    /// Returns the index of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// Returns the cell at a row and a column; absent if the chunk has no such cell.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        if column >= self.columns.len() || row >= self.rows {
            return Cell::ABSENT;
        }
        let at = row * self.columns.len() + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        let text = self.text.get(start..self.ends[at] as usize).unwrap_or_default();
        Cell { kind: self.kinds[at], text }
    }

    /// Returns a row.
    pub fn row(&self, row: usize) -> RowView<'_> {
        RowView { chunk: self, row }
    }

    /// Iterates over the rows.
    pub fn iter(&self) -> impl Iterator<Item = RowView<'_>> {
        (0..self.rows).map(|row| self.row(row))
    }

    /// Approximate size in memory, in bytes.
    pub fn size(&self) -> usize {
        self.text.len() + self.kinds.len() * 5
    }

    /// Appends the encoded chunk.
    pub fn encode_into(&self, out: &mut Vec<u8>) -> Result<()> {
        out.reserve(self.size() + 64);
        out.extend_from_slice(MAGIC);
        put_length(out, self.columns.len())?;
        put_length(out, self.rows)?;
        for column in self.columns.iter() {
            put_length(out, column.len())?;
            out.extend_from_slice(column.as_bytes());
        }
        out.extend(self.kinds.iter().map(|kind| *kind as u8));
        for end in &self.ends {
            out.extend_from_slice(&end.to_le_bytes());
        }
        put_length(out, self.text.len())?;
        out.extend_from_slice(self.text.as_bytes());
        Ok(())
    }

    /// Encodes the chunk.
    pub fn encode(&self) -> Result<Buffer> {
        let mut out = Vec::new();
        self.encode_into(&mut out)?;
        Ok(Buffer::from(out))
    }

    /// Decodes a chunk and validates lengths, UTF-8, numbers and nested JSON.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] with row and column of the first invalid cell.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { rest: bytes };
        if reader.take(4)? != MAGIC {
            return Err(invalid("rows in an unknown format"));
        }
        let column_count = reader.length()?;
        let rows = reader.length()?;
        if column_count > MAX_COLUMNS || (column_count == 0 && rows > 0) {
            return Err(invalid(format!("rows with {column_count} columns (maximum {MAX_COLUMNS})")));
        }
        let mut columns = Vec::with_capacity(column_count.min(1024));
        for _ in 0..column_count {
            let len = reader.length()?;
            columns.push(utf8(reader.take(len)?)?.to_owned());
        }
        let cells = column_count.checked_mul(rows).ok_or_else(|| invalid("too many cells"))?;
        let kinds = reader
            .take(cells)?
            .iter()
            .map(|byte| CellKind::from_byte(*byte).ok_or_else(|| invalid(format!("a cell of unknown kind {byte}"))))
            .collect::<Result<Vec<_>>>()?;
        let ends = reader
            .take(cells.checked_mul(4).ok_or_else(|| invalid("too many cells"))?)?
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect::<Vec<_>>();
        let text_len = reader.length()?;
        let text = utf8(reader.take(text_len)?)?.to_owned();
        let chunk = Self { columns: columns.into(), rows, kinds, ends, text };
        chunk.check()?;
        Ok(chunk)
    }

    fn check(&self) -> Result<()> {
        let mut start = 0_u32;
        for (at, end) in self.ends.iter().enumerate() {
            let Some(text) = self.text.get(start as usize..*end as usize) else {
                return Err(invalid(format!("{} with an invalid text range", self.describe(at))));
            };
            let is_valid = match self.kinds[at] {
                CellKind::String => true,
                CellKind::Number => is_number(text),
                CellKind::Json => is_compound(text),
                CellKind::Absent | CellKind::Null | CellKind::False | CellKind::True => text.is_empty(),
            };
            if !is_valid {
                return Err(invalid(format!("{} that is not a valid {:?}", self.describe(at), self.kinds[at])));
            }
            start = *end;
        }
        Ok(())
    }

    fn describe(&self, at: usize) -> String {
        let columns = self.columns.len();
        format!("a cell (row {} of its chunk, column `{}`)", at / columns + 1, self.columns[at % columns])
    }
}

/// Returns whether a text is a valid array or object. Parses it in full, because skipping a value does not validate its
/// numbers and escapes.
fn is_compound(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(text).is_ok()
}

fn is_number(text: &str) -> bool {
    /// Maximum digits of integers that are in range without a check.
    const MAX_PLAIN_DIGITS: usize = 300;
    // The common case, an integer, does not need the parser.
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let is_plain = !digits.is_empty()
        && digits.len() <= MAX_PLAIN_DIGITS
        && digits.iter().all(u8::is_ascii_digit)
        && (digits.len() == 1 || digits[0] != b'0');
    is_plain || (text.trim() == text && serde_json::from_str::<serde_json::Number>(text).is_ok())
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|e| invalid(format!("text that is not UTF-8 ({e})")))
}

fn invalid(problem: impl AsRef<str>) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the plugin sent {}", problem.as_ref()))
}

/// A row of a chunk.
#[derive(Clone, Copy)]
pub struct RowView<'a> {
    chunk: &'a RowChunk,
    row: usize,
}

impl<'a> RowView<'a> {
    /// Returns the cell of a column, by index.
    pub fn cell(self, column: usize) -> Cell<'a> {
        self.chunk.cell(self.row, column)
    }

    /// Returns the cell of a column, by name.
    pub fn get(self, name: &str) -> Cell<'a> {
        self.chunk.column(name).map_or(Cell::ABSENT, |column| self.cell(column))
    }

    /// Iterates over names and cells of the columns that the row has.
    pub fn cells(self) -> impl Iterator<Item = (&'a str, Cell<'a>)> {
        self.chunk
            .columns
            .iter()
            .enumerate()
            .map(move |(at, name)| (name.as_str(), self.cell(at)))
            .filter(|(_, cell)| cell.kind != CellKind::Absent)
    }

    /// The row as a JSON object.
    pub fn object(self) -> serde_json::Map<String, serde_json::Value> {
        self.cells().map(|(name, cell)| (name.to_owned(), cell.value())).collect()
    }
}
