//! What one format of files has to say: how rows become bytes.

use super::columns::Rows;
use crate::error::Result;

/// How rows become the bytes of a file.
///
/// The calls come in this order: [`Format::look`] and [`Format::header`] before the first rows, [`Format::rows`] any
/// number of times, [`Format::footer`] at the end, also when the run was stopped. A file without rows has a header
/// and a footer only.
pub trait Format: Send + 'static {
    /// For a format whose lines all have the same columns: how an empty cell is added to the end of a line.
    /// `None` for formats whose rows name their own columns.
    fn table(&self) -> Option<TableLines> {
        None
    }

    /// Looks at the first rows before the header is written, for example to find widths.
    fn look(&mut self, first: &Rows<'_>) {
        let _ = first;
    }

    /// Appends what comes before the rows. It is called again, with more columns, when later rows brought some.
    ///
    /// # Errors
    /// When the columns cannot be written in this format.
    fn header(&self, columns: &[String], out: &mut Vec<u8>) -> Result<()>;

    /// Appends some rows.
    ///
    /// # Errors
    /// When a row cannot be written in this format.
    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()>;

    /// Appends what comes after the last row.
    ///
    /// # Errors
    /// When the format cannot end here.
    fn footer(&self, out: &mut Vec<u8>) -> Result<()> {
        let _ = out;
        Ok(())
    }
}

/// How the lines of a table are made, as far as it takes to widen them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLines {
    /// What one more empty cell adds before the end of a line.
    pub empty_cell: String,
    /// What ends a line; its last byte is a line feed.
    pub line_end: &'static str,
    /// The byte that begins and ends text in which a line feed ends no line; it is doubled inside such text.
    pub quote: Option<u8>,
}
