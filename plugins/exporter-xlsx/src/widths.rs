//! Widths of the columns, measured on the first rows.

use crate::cell::{SheetValue, sheet_value};
use rowsmith_plugin_api::output::Rows;

/// Minimum width in characters.
const MIN: usize = 8;
/// Maximum width in characters; longer text is shown in part.
const MAX: usize = 60;
/// Rows to measure.
const ROWS: usize = 500;
/// Room for the border of a cell.
const MARGIN: usize = 1;
/// Room for the button of a filter.
const FILTER: usize = 2;

/// The widest value of each column.
#[derive(Debug, Default)]
pub(crate) struct Widths(Vec<usize>);

impl Widths {
    pub(crate) fn measure(rows: &Rows<'_>, separator: &str) -> Self {
        let widest = |column| {
            let cells = (0..rows.len().min(ROWS)).map(|row| rows.cell(row, column));
            cells.map(|cell| width_of(&sheet_value(cell, separator), cell.text)).max().unwrap_or_default()
        };
        Self((0..rows.columns().len()).map(widest).collect())
    }

    /// Returns the width of a column in characters.
    pub(crate) fn of(&self, column: usize, name: &str, autofilter: bool) -> usize {
        let header = text_width(name) + if autofilter { FILTER } else { 0 };
        (self.0.get(column).copied().unwrap_or_default().max(header) + MARGIN).clamp(MIN, MAX)
    }
}

fn width_of(value: &SheetValue<'_>, text: &str) -> usize {
    match value {
        SheetValue::Blank => 0,
        SheetValue::Text(text) => text_width(text),
        SheetValue::Number(_) | SheetValue::LongInteger(_) => text.len(),
        SheetValue::Boolean(_) => "FALSE".len(),
    }
}

/// The width of the longest line, as far as it matters.
fn text_width(text: &str) -> usize {
    let width = |line: &str| line.chars().take(MAX).map(|character| if is_wide(character) { 2 } else { 1 }).sum();
    text.lines().map(width).max().unwrap_or_default()
}

/// Returns whether a character fills the width of two letters: East Asian scripts and most emoji.
fn is_wide(character: char) -> bool {
    matches!(u32::from(character), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_have_bounds() {
        let widths = Widths(vec![0, 20, 500]);
        assert_eq!([widths.of(0, "a", false), widths.of(1, "a", false), widths.of(2, "a", true)], [MIN, 21, MAX]);
        assert_eq!([widths.of(7, "a header name", false), widths.of(7, "a header name", true)], [14, 16]);
    }

    #[test]
    fn the_longest_line_counts() {
        for (text, expected) in [("", 0), ("abc\nabcde\r\na", 5), ("é", 1), ("日本", 4), ("🦀", 2)] {
            assert_eq!(text_width(text), expected, "{text:?}");
        }
        assert_eq!(text_width(&"x".repeat(1_000_000)), MAX);
    }
}
