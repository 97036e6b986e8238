//! How wide the columns are and to which side they are aligned, by the look of the first rows.

use crate::cell;
use rowsmith_plugin_api::output::Rows;
use rowsmith_plugin_api::prelude::*;

/// Wider columns are not padded: that would only push the others out of sight.
const MAX_WIDTH: usize = 40;
/// A separator needs that many dashes for all readers to see a table.
const MIN_WIDTH: usize = 3;

/// The look of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) width: usize,
    pub(crate) right: bool,
}

impl Column {
    /// A column that is known by its name only.
    pub(crate) fn named(name: &str) -> Self {
        let width = cell::write(name, None, &mut String::new());
        Self { width: width.clamp(MIN_WIDTH, MAX_WIDTH), right: false }
    }

    /// A column with some of its rows.
    pub(crate) fn of(rows: &Rows<'_>, column: usize, name: &str, max_chars: Option<u32>) -> Self {
        let mut look = Self::named(name);
        let mut text = String::new();
        let (mut numbers, mut others) = (0, 0);
        for cell in (0..rows.len()).map(|row| rows.cell(row, column)) {
            match cell.kind {
                CellKind::Number => numbers += 1,
                CellKind::Absent | CellKind::Null => {}
                _ => others += 1,
            }
            text.clear();
            look.width = cell::write(cell.display(), max_chars, &mut text).min(MAX_WIDTH).max(look.width);
        }
        look.right = numbers > 0 && others == 0;
        look
    }

    /// Appends the text of a cell with its padding and the bar behind it.
    pub(crate) fn write(self, text: &str, characters: usize, out: &mut Vec<u8>) {
        let padding = self.width.saturating_sub(characters);
        let (before, after) = if self.right { (padding, 0) } else { (0, padding) };
        out.push(b' ');
        out.resize(out.len() + before, b' ');
        out.extend_from_slice(text.as_bytes());
        out.resize(out.len() + after, b' ');
        out.extend_from_slice(b" |");
    }

    /// Appends the line under the name.
    pub(crate) fn write_separator(self, out: &mut Vec<u8>) {
        out.push(b' ');
        out.resize(out.len() + self.width - usize::from(self.right), b'-');
        out.extend_from_slice(if self.right { b": |" } else { b" |" });
    }
}
