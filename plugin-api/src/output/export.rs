//! The exporter behind every file format.

use super::columns::Columns;
use super::file::OutputFile;
use super::format::Format;
use super::options::OutputOptions;
use super::widen::{Stretch, widen};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::{Ending, ExportSummary, Target};
use crate::row::RowChunk;

/// Writes rows to a file in the format `F`; its methods are those of [`crate::Exporter`], which blocks are fine for.
///
/// The header is written with the first rows, so that the columns of all of them are in it. When later rows bring
/// further columns, a table in a file is widened at the end; in a stream that is an error.
#[derive(Debug)]
pub struct FileExporter<F> {
    options: OutputOptions,
    format: F,
    columns: Columns,
    file: Option<OutputFile>,
    /// Empty until the header is written.
    stretches: Vec<Stretch>,
    rows: u64,
    out: Vec<u8>,
}

impl<F: Format> FileExporter<F> {
    /// Makes the exporter; nothing is written yet.
    ///
    /// # Errors
    /// Those of [`OutputOptions::check`].
    pub fn new(options: OutputOptions, format: F) -> Result<Self> {
        options.check()?;
        let columns = Columns::new(options.columns.as_ref());
        Ok(Self { options, format, columns, file: None, stretches: Vec::new(), rows: 0, out: Vec::new() })
    }

    /// Where the rows will be.
    pub fn target(&self) -> Target {
        self.options.target()
    }

    /// Opens the output.
    ///
    /// # Errors
    /// Those of [`OutputFile::create`].
    pub fn begin(&mut self, columns: &[String]) -> Result<()> {
        self.columns.admit(columns);
        self.file = Some(OutputFile::create(&self.options.path, self.options.if_exists)?);
        Ok(())
    }

    /// Writes some rows.
    ///
    /// # Errors
    /// When writing fails, or when rows bring further columns to a table that is written to a stream.
    pub fn write(&mut self, chunk: &RowChunk) -> Result<()> {
        let Some(file) = &mut self.file else {
            return Err(Error::new(ErrorKind::Other, "rows came before the export began, or after it ended"));
        };
        if chunk.is_empty() {
            return Ok(());
        }
        let known = self.columns.names().len();
        let rows = self.columns.rows(chunk);
        let columns = rows.columns();
        self.out.clear();
        if self.stretches.is_empty() {
            self.format.look(&rows);
            self.format.header(columns, &mut self.out)?;
            self.stretches.push(Stretch { start: self.out.len() as u64, columns: columns.len() });
        } else if columns.len() > known && self.format.table().is_some() {
            if !file.can_rewrite() {
                return Err(late_column(columns.get(known).map_or("", String::as_str)));
            }
            self.stretches.push(Stretch { start: file.bytes(), columns: columns.len() });
        }
        self.format.rows(&rows, &mut self.out)?;
        file.write(&self.out)?;
        // Whoever reads a stream waits for the rows; a file is looked at when it is done.
        if !file.can_rewrite() {
            file.flush()?;
        }
        self.rows += chunk.len() as u64;
        Ok(())
    }

    /// Ends the file and puts it where the ending wants it.
    ///
    /// # Errors
    /// When writing fails; the target is then as it was.
    pub fn finish(&mut self, ending: Ending) -> Result<ExportSummary> {
        if ending == Ending::Discard {
            self.file = None;
            return Ok(ExportSummary::default());
        }
        if self.file.is_none() {
            self.begin(&[])?;
        }
        let Some(mut file) = self.file.take() else {
            return Ok(ExportSummary::default());
        };
        self.close(&mut file)?;
        let written = if ending == Ending::Complete { file.commit()? } else { file.commit_partial()? };
        Ok(ExportSummary { location: written.location, rows: self.rows, bytes: Some(written.bytes) })
    }

    fn close(&mut self, file: &mut OutputFile) -> Result<()> {
        for column in self.columns.never_seen() {
            log::warn!("no row has the column `{column}`, which the exporter of {} lists", self.options.path);
        }
        self.out.clear();
        if self.stretches.is_empty() {
            self.format.header(self.columns.names(), &mut self.out)?;
        }
        match self.format.table() {
            Some(lines) if self.stretches.len() > 1 => {
                self.format.header(self.columns.names(), &mut self.out)?;
                widen(file, &self.out, &self.stretches, &lines)?;
                self.out.clear();
            }
            _ => {}
        }
        // The lines of the footer are no rows, so it comes when the rows have been widened.
        self.format.footer(&mut self.out)?;
        file.write(&self.out)
    }
}

fn late_column(column: &str) -> Error {
    let message =
        format!("a row brought the column `{column}` after the header had left; a stream cannot take it back");
    Error::new(ErrorKind::InvalidData, message)
        .with_context("column", column)
        .hint("list all columns in the exporter's `columns`, or write to a file")
}
