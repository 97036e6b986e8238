//! Adds the columns of later rows to the earlier lines of a table.

use super::file::OutputFile;
use super::format::TableLines;
use crate::error::{Error, Result};
use std::io::{self, Read, Write};

/// A part of the file whose lines have the same number of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// Offset of its first byte.
    pub(super) start: u64,
    pub(super) columns: usize,
}

/// Rewrites the table: first the new header, then all lines with as many columns as the last segment. The first segment
/// starts where the old header ends.
pub(super) fn widen(
    file: &mut OutputFile,
    segments: &[Segment],
    lines: &TableLines,
    header: impl FnOnce(&mut OutputFile) -> Result<()>,
) -> Result<()> {
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return Ok(());
    };
    file.rewrite(|old, new| {
        header(new)?;
        skip(old, first.start).map_err(|e| unreadable(&e))?;
        let mut at = first.start;
        let mut columns = first.columns;
        let mut following = segments.iter().skip(1).peekable();
        let mut line = Vec::new();
        while lines.read_line(old, &mut line).map_err(|e| unreadable(&e))? {
            while let Some(next) = following.next_if(|next| next.start <= at) {
                columns = next.columns;
            }
            at += line.len() as u64;
            let text = lines.without_end(&line);
            new.write_all(text)?;
            // A blank line of an earlier file is no row.
            let missing = if text.is_empty() && lines.quote.is_some() { 0 } else { last.columns - columns };
            for _ in 0..missing {
                new.write_all(lines.empty_cell.as_bytes())?;
            }
            new.write_all(lines.line_end.as_bytes())?;
        }
        Ok(())
    })
}

fn skip(reader: &mut impl Read, bytes: u64) -> io::Result<()> {
    io::copy(&mut reader.by_ref().take(bytes), &mut io::sink()).map(drop)
}

fn unreadable(source: &io::Error) -> Error {
    Error::new(crate::ErrorKind::Io, format!("cannot read the rows written so far: {source}"))
}
