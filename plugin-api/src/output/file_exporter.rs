//! [`FileExporter`]: the exporter of every file format.

use super::append;
use super::columns::Columns;
use super::deferred::DeferredRows;
use super::file::OutputFile;
use super::format::{FileFormat, LateColumns};
use super::options::{IfExists, OutputOptions};
use super::widen::{Segment, widen};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::{ExportSummary, Exporter, FinishMode, Target};
use crate::host::Host;
use crate::row::{Column, RowChunk};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Exports rows to a file in the format `F`.
///
/// The output begins with the first rows, so that it has the columns of all of them.
#[derive(Debug)]
pub struct FileExporter<F> {
    options: OutputOptions,
    format: F,
    columns: Columns,
    file: Option<OutputFile>,
    /// The rows of a format that begins at the end.
    deferred: Option<DeferredRows>,
    /// Empty until the output has begun.
    segments: Vec<Segment>,
    /// Columns of earlier rows that were not compared with those of this run yet.
    earlier: Vec<String>,
    rows: u64,
}

impl<F: FileFormat> Exporter for FileExporter<F> {
    type Config = F::Config;

    fn new(config: F::Config, _host: Host) -> Result<Self> {
        let (options, format) = F::new(config)?;
        Self::of(options, format)
    }

    fn target(&self) -> Target {
        let mut target = self.options.target();
        target.has_rows = target.path.as_ref().and_then(|path| match self.options.if_exists {
            IfExists::Replace => self.has_rows(path).ok(),
            IfExists::Append | IfExists::Fail => Path::new(path).exists().then_some(false),
        });
        target
    }

    fn replace_existing(&mut self) -> Result<()> {
        // Appending never conflicts with an existing file.
        if self.options.if_exists == IfExists::Fail {
            self.options.if_exists = IfExists::Replace;
        }
        Ok(())
    }

    fn describe_columns(&mut self, columns: Vec<Column>) -> Result<()> {
        self.format.describe_columns(&self.columns.select(columns))
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        self.open(&columns)
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        self.append(&rows)
    }

    async fn finish(&mut self, mode: FinishMode) -> Result<ExportSummary> {
        self.close(mode)
    }
}

impl<F: FileFormat> FileExporter<F> {
    pub(super) fn of(options: OutputOptions, format: F) -> Result<Self> {
        options.check()?;
        if options.if_exists == IfExists::Append && !F::APPENDS {
            let error = Error::config("if_exists", "this format cannot append rows to an existing file");
            return Err(
                error.hint("use `replace` or `fail`, or a format that can append, for example `csv` or `jsonl`")
            );
        }
        let columns = Columns::new(options.columns.as_ref());
        Ok(Self {
            options,
            format,
            columns,
            file: None,
            deferred: None,
            segments: Vec::new(),
            earlier: Vec::new(),
            rows: 0,
        })
    }

    fn has_rows(&self, path: &str) -> io::Result<bool> {
        let mut existing = File::open(path)?;
        if existing.metadata()?.is_file() {
            self.format.has_rows(&mut existing)
        } else {
            Err(io::ErrorKind::Other.into())
        }
    }

    pub(super) fn open(&mut self, columns: &[String]) -> Result<()> {
        let mut file = OutputFile::create(&self.options.path, self.options.if_exists)?;
        if let Some(mut existing) = file.earlier()? {
            let earlier = self.format.begin_append(&mut existing, &mut file);
            let earlier = earlier.map_err(|error| append::refused(&self.options.path, error))?;
            self.columns.continue_after(&earlier.columns);
            self.segments.push(Segment { start: earlier.start, columns: earlier.columns.len() });
            self.earlier = earlier.columns;
        }
        self.compare_with_earlier(columns)?;
        self.columns.admit(columns);
        self.file = Some(file);
        Ok(())
    }

    /// Compares the first known columns of this run with those of earlier rows.
    fn compare_with_earlier(&mut self, columns: &[String]) -> Result<()> {
        let written: Vec<String> = columns.iter().filter(|name| self.columns.is_written(name)).cloned().collect();
        append::check_common(&self.options.path, &self.earlier, &written)?;
        if !written.is_empty() {
            self.earlier.clear();
        }
        Ok(())
    }

    pub(super) fn append(&mut self, chunk: &RowChunk) -> Result<()> {
        if self.file.is_some() && !chunk.is_empty() {
            self.compare_with_earlier(chunk.columns())?;
        }
        let Some(file) = &mut self.file else {
            return Err(Error::new(ErrorKind::Other, "cannot write rows before the export begins or after it ends"));
        };
        if chunk.is_empty() {
            return Ok(());
        }
        if self.format.late_columns() == LateColumns::Defer {
            let deferred = match &mut self.deferred {
                Some(deferred) => deferred,
                none => none.insert(DeferredRows::beside(&self.options.path)?),
            };
            self.columns.admit(chunk.columns());
            self.rows += chunk.len() as u64;
            return deferred.push(chunk);
        }
        let known = self.segments.last().map_or(0, |segment| segment.columns);
        let rows = self.columns.rows(chunk);
        let columns = rows.columns();
        if self.segments.is_empty() {
            self.format.inspect(&rows);
            self.format.begin(columns, file)?;
            self.segments.push(Segment { start: file.bytes(), columns: columns.len() });
        } else if let Some(late) = columns.get(known) {
            check_late_column(late, &self.format.late_columns(), file)?;
            self.segments.push(Segment { start: file.bytes(), columns: columns.len() });
        }
        self.format.rows(&rows, file)?;
        // Readers of a stream wait for the rows; a file is read when it is complete.
        if !file.can_rewrite() {
            file.flush()?;
        }
        self.rows += chunk.len() as u64;
        Ok(())
    }

    pub(super) fn close(&mut self, mode: FinishMode) -> Result<ExportSummary> {
        if mode == FinishMode::Discard {
            self.file = None;
            self.deferred = None;
            return Ok(ExportSummary::default());
        }
        if self.file.is_none() {
            self.open(&[])?;
        }
        let Some(mut file) = self.file.take() else {
            return Ok(ExportSummary::default());
        };
        self.complete(&mut file)?;
        let written = if mode == FinishMode::Complete { file.commit()? } else { file.commit_partial()? };
        Ok(ExportSummary { location: written.location, rows: self.rows, bytes: Some(written.bytes) })
    }

    fn complete(&mut self, file: &mut OutputFile) -> Result<()> {
        for column in self.columns.never_seen() {
            log::warn!("no row has the column `{column}`, which the exporter of {} lists", self.options.path);
        }
        if let Some(deferred) = self.deferred.take() {
            let mut has_begun = false;
            deferred.for_each(|chunk| {
                let rows = self.columns.rows(chunk);
                if !has_begun {
                    self.format.inspect(&rows);
                    self.format.begin(rows.columns(), file)?;
                    has_begun = true;
                }
                self.format.rows(&rows, file)
            })?;
        } else if self.segments.is_empty() {
            self.format.begin(self.columns.names(), file)?;
        } else if self.segments.len() > 1
            && let LateColumns::Widen(lines) = self.format.late_columns()
        {
            widen(file, &self.segments, &lines, |new| self.format.begin(self.columns.names(), new))?;
        }
        // The part after the rows has no cells, so it is written after the rows were widened.
        self.format.finish(file)
    }
}

fn check_late_column(column: &str, handling: &LateColumns, file: &OutputFile) -> Result<()> {
    let reason = match handling {
        LateColumns::Accept | LateColumns::Defer => return Ok(()),
        LateColumns::Widen(_) if file.can_rewrite() => return Ok(()),
        LateColumns::Widen(_) => "the header is already written, and a stream cannot be rewritten",
        LateColumns::Refuse => "the columns of this format are fixed by the first rows",
    };
    let hint = match handling {
        LateColumns::Refuse => "list all columns in the exporter's `columns`",
        _ => "list all columns in the exporter's `columns`, or write to a file",
    };
    Err(Error::new(ErrorKind::InvalidData, format!("cannot add the late column `{column}`: {reason}"))
        .with_context("column", column)
        .hint(hint))
}
