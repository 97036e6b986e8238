//! The scraper: rows of a file to rows of a run.

use crate::config::{Config, Ragged};
use crate::header::{Columns, numbered, select};
use crate::record::Records;
use rowsmith_plugin_api::input::display_name;
use rowsmith_plugin_api::prelude::*;
use std::sync::Arc;

/// Rows between two looks at whether the run is being stopped.
const ROWS_PER_LOOK: u64 = 256;

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
        rows.set_columns(Arc::clone(&columns.names));
        let mut space = String::new();
        let mut result = Ok(());
        while result.is_ok() {
            result = match if pending { Ok(true) } else { records.next() } {
                Ok(true) => self.add_row(&records, &columns, rows, &mut space),
                Ok(false) => break,
                Err(error) => Err(error),
            };
            pending = false;
            if records.count.is_multiple_of(ROWS_PER_LOOK) {
                self.host.check_cancelled()?;
            }
            rows.flush_if_full().await?;
        }
        if let Err(error) = result {
            // The rows before it are good.
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
    /// Reads the first row: the columns, and whether it is data too. Nothing for an empty file.
    fn columns(&self, records: &mut Records) -> Result<Option<(Columns, bool)>> {
        if !records.next()? {
            return Ok(None);
        }
        if !self.config.has_header {
            return Ok(Some((select(&numbered(records.record.len()), &self.config)?, true)));
        }
        let mut space = String::new();
        let names = (0..records.record.len())
            .map(|place| self.text(records, place, &mut space).map(str::to_owned))
            .collect::<Result<Vec<_>>>()?;
        let columns = select(&names, &self.config).map_err(|e| e.with_context("path", &self.config.path))?;
        Ok(Some((columns, false)))
    }

    fn add_row(&self, records: &Records, columns: &Columns, rows: &mut RowSink, space: &mut String) -> Result<()> {
        self.check_length(records, columns.width)?;
        let builder = rows.builder();
        for (column, place) in columns.places.iter().enumerate() {
            let text = self.text(records, *place, space)?;
            let cell = if text.is_empty() && self.config.empty_as_null { Cell::NULL } else { Cell::string(text) };
            builder.cell_at(column, cell);
        }
        builder.end_row()
    }

    /// A cell as text; one that the row does not have is empty.
    fn text<'a>(&self, records: &'a Records, place: usize, space: &'a mut String) -> Result<&'a str> {
        let bytes = records.record.get(place).unwrap_or_default();
        match self.config.encoding.read(bytes, space) {
            Ok(text) => Ok(if self.config.trim { text.trim() } else { text }),
            Err(_) => Err(records.invalid(&format!("is not UTF-8 in column {}", place + 1)).hint(
                "set `encoding`: `latin1` for files of older programs, or `utf-8-lossy` to replace what is broken",
            )),
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
        let error = records.invalid(&format!("has {length} {cells}, where the first row has {width}"));
        Err(if length > width {
            error.hint("put cells that hold the delimiter into quotes, or set another `delimiter`")
        } else {
            error.hint("set `ragged = \"pad\"` to take missing cells for empty ones")
        })
    }
}
