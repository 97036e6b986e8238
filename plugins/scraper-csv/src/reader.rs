//! The scraper: rows of a file to rows of the run.

use crate::config::{Config, Ragged};
use crate::header::{Columns, numbered, select};
use crate::records::{Next, Records};
use rowsmith_plugin_api::input::display_name;
use rowsmith_plugin_api::prelude::*;
use std::sync::Arc;

/// Rows between two checks for cancellation.
const ROWS_PER_CANCEL_CHECK: u64 = 256;

/// Reads rows from a CSV file.
#[derive(Debug)]
pub struct CsvScraper {
    config: Config,
    host: Host,
}

impl Scraper for CsvScraper {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        config.check()?;
        Ok(Self { config, host })
    }

    fn source_paths(&self) -> SourcePaths {
        SourcePaths::file(&self.config.path)
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let mut records = Records::open(&self.config)?;
        let Some(first) = self.first_row(&mut records)? else {
            log::warn!("{} is empty: no header, no rows", display_name(&self.config.path));
            return Ok(());
        };
        let columns = first.columns;
        let announced: Vec<Column> = columns.names.iter().map(|name| Column::typed(name, ColumnType::String)).collect();
        rows.announce_columns(&announced).await?;
        rows.set_columns(Arc::clone(&columns.names));
        if columns.width == 1 {
            for _ in 0..first.empty_lines {
                self.add_empty_row(rows)?;
            }
        }
        let mut ignored = 0;
        let mut pending = first.is_data;
        let result = loop {
            let next = if std::mem::take(&mut pending) { Ok(Next::Row) } else { records.next() };
            let added = match next {
                Ok(Next::Row) => self.add_row(&records, &columns, rows),
                // In a file of one column, an empty line is a row.
                Ok(Next::EmptyLine) if columns.width == 1 => self.add_empty_row(rows),
                Ok(Next::EmptyLine) => {
                    ignored += 1;
                    continue;
                }
                Ok(Next::End) => break Ok(()),
                Err(error) => Err(error),
            };
            if added.is_err() {
                break added;
            }
            if records.count.is_multiple_of(ROWS_PER_CANCEL_CHECK) {
                self.host.check_cancelled()?;
            }
            rows.flush_if_full().await?;
        };
        if let Err(error) = result {
            // Rows before the error are valid.
            rows.flush().await?;
            return Err(error);
        }
        if ignored > 0 {
            log::info!("{}: ignored {ignored} empty lines", display_name(&self.config.path));
        }
        if rows.rows() == 0 {
            log::warn!("{} has a header and no rows", display_name(&self.config.path));
        }
        Ok(())
    }
}

/// The first row of a file.
struct FirstRow {
    columns: Columns,
    is_data: bool,
    /// Empty lines before it that are rows in a file of one column.
    empty_lines: u64,
}

impl CsvScraper {
    /// Reads the first row; `None` for an empty file.
    fn first_row(&self, records: &mut Records) -> Result<Option<FirstRow>> {
        let is_data = !self.config.has_header;
        let mut empty_lines = 0;
        loop {
            match records.next()? {
                Next::Row => break,
                Next::EmptyLine => empty_lines += u64::from(is_data),
                Next::End => return Ok(None),
            }
        }
        let names = if is_data {
            numbered(records.len())
        } else {
            let name = |index| self.text(records, index).map(str::to_owned);
            (0..records.len()).map(name).collect::<Result<Vec<_>>>()?
        };
        let columns = select(&names, &self.config).map_err(|e| e.with_context("path", &self.config.path))?;
        Ok(Some(FirstRow { columns, is_data, empty_lines }))
    }

    fn add_row(&self, records: &Records, columns: &Columns, rows: &mut RowSink) -> Result<()> {
        self.check_length(records, columns)?;
        let builder = rows.builder();
        for (column, index) in columns.indices.iter().enumerate() {
            builder.cell_at(column, self.cell(self.text(records, *index)?));
        }
        builder.end_row()
    }

    /// Adds the row of an empty line to a file of one column.
    fn add_empty_row(&self, rows: &mut RowSink) -> Result<()> {
        let builder = rows.builder();
        builder.cell_at(0, self.cell(""));
        builder.end_row()
    }

    fn cell<'a>(&self, text: &'a str) -> Cell<'a> {
        if text.is_empty() && self.config.empty_as_null { Cell::NULL } else { Cell::string(text) }
    }

    /// A cell as text; empty if the row does not have it.
    fn text<'a>(&self, records: &'a Records, index: usize) -> Result<&'a str> {
        match std::str::from_utf8(records.get(index)) {
            Ok(text) => Ok(if self.config.trim { text.trim() } else { text }),
            Err(_) => Err(records.not_utf8(index)),
        }
    }

    fn check_length(&self, records: &Records, columns: &Columns) -> Result<()> {
        let Columns { width, named, .. } = *columns;
        let length = records.len();
        if length == width && named == width {
            return Ok(());
        }
        let is_empty = |from: usize| (from..length).all(|index| records.get(index).is_empty());
        if (named..=width).contains(&length) {
            return if is_empty(named) { Ok(()) } else { Err(nameless(records, named)) };
        }
        if self.config.ragged == Ragged::Pad && is_empty(named) {
            return Ok(());
        }
        let cells = if length == 1 { "cell" } else { "cells" };
        let error = records.invalid(&format!("has {length} {cells}, expected {width} as in the first row"));
        Err(error.hint(length_hint(records, width, is_empty(width))))
    }
}

/// The error of a value in a column at the end that has no name.
fn nameless(records: &Records, named: usize) -> Error {
    let column = (named..records.len()).find(|index| !records.get(*index).is_empty()).unwrap_or(named) + 1;
    records
        .invalid(&format!("has a value in column {column}, which has no name in the header"))
        .hint("name the column with `names`, or choose the others with `columns`")
}

fn length_hint(records: &Records, width: usize, surplus_is_empty: bool) -> &'static str {
    let length = records.len();
    let is_apostrophe = |index: &usize| records.get(*index).starts_with(b"'");
    if length < width {
        "set `ragged = \"pad\"` to read missing cells as empty"
    } else if surplus_is_empty {
        "set `ragged = \"pad\"` to ignore empty cells at the end"
    } else if (0..length).any(|index| is_apostrophe(&index)) {
        "set `quote = \"'\"` if cells are in single quotes, quote cells that contain the delimiter, or set another `delimiter`"
    } else if width == 1 {
        "set `skip_lines` if other lines precede the header, quote cells that contain the delimiter, or set another `delimiter`"
    } else {
        "quote cells that contain the delimiter, or set another `delimiter`"
    }
}
