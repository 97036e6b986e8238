//! The scraper: rows of a file to rows of the run.

use crate::config::{Config, Ragged};
use crate::header::{Columns, numbered, select};
use crate::record::Records;
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
        let Some((columns, mut pending)) = self.columns(&mut records)? else {
            log::warn!("{} is empty: no header, no rows", display_name(&self.config.path));
            return Ok(());
        };
        let announced: Vec<Column> = columns.names.iter().map(|name| Column::typed(name, ColumnType::String)).collect();
        rows.announce_columns(&announced).await?;
        rows.set_columns(Arc::clone(&columns.names));
        let mut result = Ok(());
        while result.is_ok() {
            result = match if pending { Ok(true) } else { records.next() } {
                Ok(true) => self.add_row(&records, &columns, rows),
                Ok(false) => break,
                Err(error) => Err(error),
            };
            pending = false;
            if records.count.is_multiple_of(ROWS_PER_CANCEL_CHECK) {
                self.host.check_cancelled()?;
            }
            rows.flush_if_full().await?;
        }
        if let Err(error) = result {
            // Rows before the error are valid.
            rows.flush().await?;
            return Err(error);
        }
        if rows.rows() == 0 {
            log::warn!("{} has a header and no rows", display_name(&self.config.path));
        }
        Ok(())
    }
}

impl CsvScraper {
    /// Reads the first row: the columns, and whether the row is data. `None` for an empty file.
    fn columns(&self, records: &mut Records) -> Result<Option<(Columns, bool)>> {
        if !records.next()? {
            return Ok(None);
        }
        if !self.config.has_header {
            return Ok(Some((select(&numbered(records.record.len()), &self.config)?, true)));
        }
        let names = (0..records.record.len())
            .map(|index| self.text(records, index).map(str::to_owned))
            .collect::<Result<Vec<_>>>()?;
        let columns = select(&names, &self.config).map_err(|e| e.with_context("path", &self.config.path))?;
        Ok(Some((columns, false)))
    }

    fn add_row(&self, records: &Records, columns: &Columns, rows: &mut RowSink) -> Result<()> {
        self.check_length(records, columns.width)?;
        let builder = rows.builder();
        for (column, index) in columns.indices.iter().enumerate() {
            let text = self.text(records, *index)?;
            let cell = if text.is_empty() && self.config.empty_as_null { Cell::NULL } else { Cell::string(text) };
            builder.cell_at(column, cell);
        }
        builder.end_row()
    }

    /// A cell as text; empty if the row does not have it.
    fn text<'a>(&self, records: &'a Records, index: usize) -> Result<&'a str> {
        let bytes = records.record.get(index).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(if self.config.trim { text.trim() } else { text }),
            Err(_) => Err(records
                .invalid(&format!("is not UTF-8 in column {}", index + 1))
                .hint("set `encoding`, for example `latin1`, or `utf-8-lossy` to replace invalid bytes")),
        }
    }

    fn check_length(&self, records: &Records, width: usize) -> Result<()> {
        let length = records.record.len();
        if length == width {
            return Ok(());
        }
        let surplus_is_empty = || records.record.iter().skip(width).all(<[u8]>::is_empty);
        if self.config.ragged == Ragged::Pad && surplus_is_empty() {
            return Ok(());
        }
        let cells = if length == 1 { "cell" } else { "cells" };
        let error = records.invalid(&format!("has {length} {cells}, expected {width} as in the first row"));
        Err(if length > width {
            error.hint("quote cells that contain the delimiter, or set another `delimiter`")
        } else {
            error.hint("set `ragged = \"pad\"` to read missing cells as empty")
        })
    }
}
