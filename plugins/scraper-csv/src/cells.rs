//! The cells of one row, as pieces of its text.

use std::ops::Range;

/// The cells of a row. Cells with doubled quotes or escapes are copied; the others are ranges of the text.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    cells: Vec<Cell>,
    copies: Vec<u8>,
}

#[derive(Debug)]
enum Cell {
    Plain(Range<usize>),
    Copied(Range<usize>),
}

impl Cells {
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.copies.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Adds a cell that is a range of the text.
    pub(crate) fn push(&mut self, range: Range<usize>) {
        self.cells.push(Cell::Plain(range));
    }

    /// Adds bytes to the next copied cell.
    pub(crate) fn copy(&mut self, bytes: &[u8]) {
        self.copies.extend_from_slice(bytes);
    }

    /// The place of the next copied cell.
    pub(crate) fn copied(&self) -> usize {
        self.copies.len()
    }

    /// Adds the bytes that were copied since `start`, as a cell.
    pub(crate) fn push_copied(&mut self, start: usize) {
        self.cells.push(Cell::Copied(start..self.copies.len()));
    }

    /// The cell at `index` of the row with this text; empty if the row does not have it.
    pub(crate) fn get<'a>(&'a self, text: &'a [u8], index: usize) -> &'a [u8] {
        let bytes = match self.cells.get(index) {
            Some(Cell::Plain(range)) => text.get(range.clone()),
            Some(Cell::Copied(range)) => self.copies.get(range.clone()),
            None => None,
        };
        bytes.unwrap_or_default()
    }
}
