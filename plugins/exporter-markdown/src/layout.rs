//! Widths and alignment of the columns, measured on the first rows.

use crate::cell;
use rowsmith_plugin_api::output::Rows;
use rowsmith_plugin_api::prelude::*;

/// Maximum width to pad a column to.
const MAX_WIDTH: usize = 40;
/// Minimum width of a column: some renderers need that many dashes in the separator.
const MIN_WIDTH: usize = 3;

/// Layout of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) width: usize,
    pub(crate) right: bool,
}

impl Column {
    /// The layout of a column by its name alone.
    pub(crate) fn named(name: &str) -> Self {
        let width = cell::write(name, None, &mut String::new());
        Self { width: width.clamp(MIN_WIDTH, MAX_WIDTH), right: false }
    }

    /// The layout of a column by its name and some rows.
    pub(crate) fn of(rows: &Rows<'_>, column: usize, name: &str, max_chars: Option<u32>) -> Self {
        let mut layout = Self::named(name);
        let mut text = String::new();
        let (mut numbers, mut others) = (0, 0);
        for cell in (0..rows.len()).map(|row| rows.cell(row, column)) {
            match cell.kind {
                CellKind::Number => numbers += 1,
                CellKind::Absent | CellKind::Null => {}
                _ => others += 1,
            }
            text.clear();
            layout.width = cell::write(cell.display(), max_chars, &mut text).min(MAX_WIDTH).max(layout.width);
        }
        layout.right = numbers > 0 && others == 0;
        layout
    }

    /// Appends the text of a cell with its padding and the bar after it.
    pub(crate) fn write(self, text: &str, characters: usize, out: &mut Vec<u8>) {
        let padding = self.width.saturating_sub(characters);
        let (before, after) = if self.right { (padding, 0) } else { (0, padding) };
        out.push(b' ');
        out.resize(out.len() + before, b' ');
        out.extend_from_slice(text.as_bytes());
        out.resize(out.len() + after, b' ');
        out.extend_from_slice(b" |");
    }

    /// Appends the separator under the name.
    pub(crate) fn write_separator(self, out: &mut Vec<u8>) {
        out.push(b' ');
        out.resize(out.len() + self.width - usize::from(self.right), b'-');
        out.extend_from_slice(if self.right { b": |" } else { b" |" });
    }
}
