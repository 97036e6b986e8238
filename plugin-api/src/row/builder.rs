//! Builds chunks row by row.

use super::cell::{Cell, CellKind};
use super::chunk::RowChunk;
use super::names::ColumnNames;
use crate::error::{Error, ErrorKind, Result};
use std::fmt::Write as _;
use std::mem::take;
use std::sync::Arc;

/// Collects rows to a chunk. Columns are in the order of their first occurrence; earlier rows have new columns as absent.
#[derive(Debug)]
pub struct ChunkBuilder {
    columns: ColumnNames,
    rows: usize,
    /// The ends of runs of rows with fewer columns than the builder has: number of rows so far, columns of the run.
    narrow: Vec<(usize, usize)>,
    kinds: Vec<CellKind>,
    ends: Vec<u32>,
    text: String,
    /// Cells of the open row in the order of their arrival: column, kind, range in `text`.
    open: Vec<(usize, CellKind, usize, usize)>,
    row_start: usize,
    in_order: bool,
    /// The first column that a row had twice.
    repeated: Option<usize>,
}

impl Default for ChunkBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkBuilder {
    /// Creates an empty builder without columns.
    pub fn new() -> Self {
        Self::with_columns(Arc::from([]))
    }

    /// Creates an empty builder with known columns.
    pub fn with_columns(columns: Arc<[String]>) -> Self {
        Self {
            columns: ColumnNames::new(columns),
            rows: 0,
            narrow: Vec::new(),
            kinds: Vec::new(),
            ends: Vec::new(),
            text: String::new(),
            open: Vec::new(),
            row_start: 0,
            in_order: true,
            repeated: None,
        }
    }

    /// The columns so far.
    pub fn columns(&self) -> &Arc<[String]> {
        self.columns.shared()
    }

    /// Adds columns; `columns` starts with the known ones.
    pub fn set_columns(&mut self, columns: Vec<String>) {
        for name in columns.into_iter().skip(self.columns.len()) {
            self.add_column(&name);
        }
    }

    /// Number of finished rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether no row is finished.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Size of the text so far, in bytes.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Approximate size of the finished rows in memory, in bytes. Every row has a cell of every column.
    pub fn size(&self) -> usize {
        self.text.len() + self.rows * self.columns.len() * 5
    }

    /// Takes the name of the first column that a row had twice; its last value counts.
    pub fn take_repeated(&mut self) -> Option<String> {
        let column = self.repeated.take()?;
        self.columns.get(column).map(str::to_owned)
    }

    /// Adds a row of names and cells.
    ///
    /// # Errors
    /// If the text of the chunk exceeds 4 GiB.
    pub fn push_cells<'a>(&mut self, cells: impl IntoIterator<Item = (&'a str, Cell<'a>)>) -> Result<()> {
        for (name, cell) in cells {
            self.cell(name, cell);
        }
        self.end_row()
    }

    /// Adds a cell to the open row.
    pub fn cell(&mut self, name: &str, cell: Cell<'_>) {
        let column = self.find_or_add(name);
        self.cell_at(column, cell);
    }

    /// Adds a cell to the open row by the index of its column, which must exist.
    pub fn cell_at(&mut self, column: usize, cell: Cell<'_>) {
        let start = self.text.len();
        if cell.kind == CellKind::Json {
            push_compact(&mut self.text, cell.text);
        } else {
            self.text.push_str(cell.text);
        }
        self.close_cell(column, cell.kind, start);
    }

    pub(super) fn display_cell(&mut self, name: &str, kind: CellKind, value: impl std::fmt::Display) {
        let column = self.find_or_add(name);
        let start = self.text.len();
        // Writing to a String cannot fail.
        write!(self.text, "{value}").unwrap_or_default();
        self.close_cell(column, kind, start);
    }

    fn close_cell(&mut self, column: usize, kind: CellKind, start: usize) {
        self.in_order &= self.open.last().is_none_or(|(last, ..)| *last < column);
        self.open.push((column, kind, start, self.text.len()));
    }

    fn find_or_add(&mut self, name: &str) -> usize {
        let next = self.open.last().map_or(0, |(last, ..)| last + 1);
        if self.columns.get(next).is_some_and(|c| c == name) {
            return next;
        }
        if let Some(at) = self.columns.position(name) {
            return at;
        }
        self.add_column(name);
        self.columns.len() - 1
    }

    fn add_column(&mut self, name: &str) {
        let counted = self.narrow.last().map_or(0, |(rows, _)| *rows);
        if self.rows > counted {
            self.narrow.push((self.rows, self.columns.len()));
        }
        self.columns.push(name);
    }

    /// Adds absent cells to rows that were finished before the last column was added.
    fn widen(&mut self) {
        let columns = self.columns.len();
        let (old_kinds, old_ends) = (take(&mut self.kinds), take(&mut self.ends));
        self.kinds.reserve(self.rows * columns);
        self.ends.reserve(self.rows * columns);
        let (mut row, mut at) = (0, 0);
        for (rows, width) in take(&mut self.narrow).into_iter().chain([(self.rows, columns)]) {
            for _ in row..rows {
                self.kinds.extend_from_slice(&old_kinds[at..at + width]);
                self.ends.extend_from_slice(&old_ends[at..at + width]);
                at += width;
                let end = self.ends.last().copied().unwrap_or(0);
                self.kinds.extend(std::iter::repeat_n(CellKind::Absent, columns - width));
                self.ends.extend(std::iter::repeat_n(end, columns - width));
            }
            row = rows;
        }
    }

    /// Ends the open row.
    ///
    /// # Errors
    /// If the text of the chunk exceeds 4 GiB.
    pub fn end_row(&mut self) -> Result<()> {
        if u32::try_from(self.text.len()).is_err() {
            self.discard_row();
            return Err(Error::new(ErrorKind::TooLarge, "the chunk of rows exceeds 4 GiB"));
        }
        if !self.in_order {
            self.reorder();
        }
        let mut at = self.row_start;
        let mut open = self.open.iter().peekable();
        for column in 0..self.columns.len() {
            let mut kind = CellKind::Absent;
            if let Some((_, k, _, end)) = open.next_if(|(c, ..)| *c == column) {
                kind = *k;
                at = *end;
            }
            self.kinds.push(kind);
            self.ends.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        self.rows += 1;
        self.open.clear();
        self.row_start = self.text.len();
        self.in_order = true;
        Ok(())
    }

    /// Sorts the cells by column. Of two cells for one column the last one remains.
    fn reorder(&mut self) {
        let mut cells = take(&mut self.open);
        cells.reverse();
        cells.sort_by_key(|(column, ..)| *column);
        let repeated = cells.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[0].0);
        self.repeated = self.repeated.or(repeated);
        cells.dedup_by_key(|(column, ..)| *column);
        let mut sorted = String::with_capacity(self.text.len() - self.row_start);
        for (column, kind, start, end) in cells {
            let from = self.row_start + sorted.len();
            sorted.push_str(self.text.get(start..end).unwrap_or_default());
            self.open.push((column, kind, from, self.row_start + sorted.len()));
        }
        self.text.truncate(self.row_start);
        self.text.push_str(&sorted);
    }

    pub(super) fn discard_row(&mut self) {
        self.open.clear();
        self.text.truncate(self.row_start);
        self.in_order = true;
    }

    /// Returns the finished rows as a chunk and discards the open row. The builder keeps its columns.
    pub fn take(&mut self) -> RowChunk {
        self.discard_row();
        if !self.narrow.is_empty() {
            self.widen();
        }
        let text_len = self.text.len();
        let chunk = RowChunk {
            columns: Arc::clone(self.columns.shared()),
            rows: take(&mut self.rows),
            kinds: take(&mut self.kinds),
            ends: take(&mut self.ends),
            text: take(&mut self.text),
        };
        self.kinds.reserve(chunk.kinds.len());
        self.ends.reserve(chunk.ends.len());
        self.text.reserve(text_len);
        self.row_start = 0;
        chunk
    }
}

/// Appends JSON without white space between its tokens. The layout is not part of the value, and a line feed would break
/// JSON Lines.
fn push_compact(out: &mut String, json: &str) {
    let mut in_string = false;
    let mut escaped = false;
    out.extend(json.chars().filter(|character| {
        if in_string {
            in_string = escaped || *character != '"';
            escaped = !escaped && *character == '\\';
            return true;
        }
        in_string = *character == '"';
        !character.is_ascii_whitespace()
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn round_trip(rows: &[serde_json::Value]) -> Vec<serde_json::Value> {
        let mut builder = ChunkBuilder::new();
        for row in rows {
            builder.push(row).unwrap();
        }
        let chunk = RowChunk::decode(&builder.take().encode().unwrap()).unwrap();
        chunk.iter().map(|row| serde_json::Value::Object(row.object())).collect()
    }

    #[test]
    fn rows_round_trip() {
        let cases = [
            ("scalars", vec![json!({"s": "text", "n": 1, "f": 1.5, "t": true, "f2": false, "z": null})]),
            ("nested", vec![json!({"a": [1, {"b": "c"}], "o": {"k": [true]}})]),
            ("a column that appears later", vec![json!({"a": "1"}), json!({"b": "2", "a": "3"}), json!({"c": 3})]),
            ("another order", vec![json!({"a": 1, "b": "x"}), json!({"b": "y", "a": 2})]),
            ("empty texts", vec![json!({"a": "", "b": ""}), json!({"a": "", "b": "é"})]),
        ];
        for (name, rows) in cases {
            assert_eq!(round_trip(&rows), rows, "{name}");
        }
    }

    #[test]
    fn rows_with_ever_new_columns_take_linear_time() {
        const ROWS: usize = 100;
        let mut builder = ChunkBuilder::new();
        for row in 0..ROWS {
            // The order of names differs from row to row.
            let mut names: Vec<String> = (0..row * 20).map(|n| format!("c{n}")).collect();
            names.rotate_left(row);
            builder.push_cells(names.iter().map(|name| (name.as_str(), Cell::string(name)))).unwrap();
        }
        assert!(builder.size() > ROWS * (ROWS - 1) * 20 * 5);
        let chunk = builder.take();
        assert_eq!((chunk.len(), chunk.columns().len()), (ROWS, (ROWS - 1) * 20));
        for (row, view) in chunk.iter().enumerate() {
            assert_eq!(view.cells().count(), row * 20);
            assert!(view.cells().all(|(name, cell)| cell.text == name));
        }
        builder.push(&json!({"c5": 1})).unwrap();
        assert_eq!(builder.take().row(0).get("c5").text, "1", "the columns are kept");
    }

    #[test]
    fn the_last_value_of_a_repeated_column_counts() {
        let mut builder = ChunkBuilder::new();
        let cells = ["a", "b", "b", "a"].map(|name| (name, Cell::string(name)));
        builder.push_cells(cells.into_iter().chain([("a", Cell::string("last"))])).unwrap();
        assert_eq!(builder.take_repeated().as_deref(), Some("a"));
        assert_eq!(builder.take_repeated(), None);
        let chunk = builder.take();
        assert_eq!((chunk.cell(0, 0).text, chunk.cell(0, 1).text), ("last", "b"));
    }

    #[test]
    fn a_failed_row_is_discarded() {
        let mut builder = ChunkBuilder::new();
        builder.push(&json!({"a": "kept"})).unwrap();
        assert!(builder.push(&"only a string").is_err());
        assert!(builder.push(&std::collections::BTreeMap::from([("a", f64::NAN)])).is_err());
        builder.push(&json!({"a": "also kept"})).unwrap();
        let chunk = builder.take();
        assert_eq!((chunk.len(), chunk.cell(1, 0).text), (2, "also kept"));
    }

    #[test]
    fn nested_json_is_compact_and_keeps_its_strings() {
        let mut builder = ChunkBuilder::new();
        let text = "{\n  \"a b\": [1,\t2],\r\n \"q\": \"x \\\" \\\\\", \"z\" : 1 }";
        builder.cell("j", Cell { kind: CellKind::Json, text });
        builder.end_row().unwrap();
        assert_eq!(builder.take().cell(0, 0).text, r#"{"a b":[1,2],"q":"x \" \\","z":1}"#);
    }

    #[test]
    fn invalid_cells_are_errors() {
        let wide = "9".repeat(400);
        let cases = [
            (CellKind::Json, "1"),
            (CellKind::Json, r#"["\ud800"]"#),
            (CellKind::Json, "[1e999]"),
            (CellKind::Json, "[1"),
            (CellKind::Number, wide.as_str()),
            (CellKind::Number, " 1\n"),
            (CellKind::Number, "01"),
        ];
        for (kind, text) in cases {
            let mut builder = ChunkBuilder::new();
            builder.cell("c", Cell { kind, text });
            builder.end_row().unwrap();
            assert!(RowChunk::decode(&builder.take().encode().unwrap()).is_err(), "{kind:?} {text}");
        }
    }

    #[test]
    fn damaged_bytes_are_errors() {
        let mut builder = ChunkBuilder::new();
        builder.push(&json!({"name": "é", "n": 12, "j": [1]})).unwrap();
        let bytes = builder.take().encode().unwrap().to_vec();
        for cut in 0..bytes.len() {
            assert!(RowChunk::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            for flip in [1_u8, 0x80, 0xff] {
                let mut copy = bytes.clone();
                copy[at] ^= flip;
                drop(RowChunk::decode(&copy));
            }
        }
    }
}
