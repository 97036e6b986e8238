//! Adds the columns of later rows to the earlier lines of a table.

use super::file::OutputFile;
use super::format::TableLines;
use crate::error::{Error, Result};
use std::io::{self, BufRead, Read, Write};

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
        while read_line(old, lines.quote, &mut line).map_err(|e| unreadable(&e))? {
            while let Some(next) = following.next_if(|next| next.start <= at) {
                columns = next.columns;
            }
            at += line.len() as u64;
            new.write_all(line.strip_suffix(lines.line_end.as_bytes()).unwrap_or(&line))?;
            for _ in columns..last.columns {
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

/// Reads one line, with its end, into `line`; returns false at the end of the file.
fn read_line(reader: &mut impl BufRead, quote: Option<u8>, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut quotes = 0;
    loop {
        let start = line.len();
        if reader.read_until(b'\n', line)? == 0 {
            return Ok(!line.is_empty());
        }
        let piece = line.get(start..).unwrap_or_default();
        quotes += piece.iter().filter(|byte| quote == Some(**byte)).count();
        if quotes % 2 == 0 {
            return Ok(true);
        }
    }
}

fn unreadable(source: &io::Error) -> Error {
    Error::new(crate::ErrorKind::Io, format!("cannot read the rows written so far: {source}"))
}
