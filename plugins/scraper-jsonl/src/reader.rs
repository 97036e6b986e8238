//! The scraper: texts of a file to rows of the run.

use crate::config::{Config, OnInvalid};
use crate::position::{Position, rejected};
use crate::records::Records;
use rowsmith_plugin_api::input::display_name;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::{ChunkBuilder, add_cells};

/// Texts between two checks for cancellation.
const TEXTS_PER_CANCEL_CHECK: u64 = 256;
/// Maximum skipped texts with a warning each.
const MAX_WARNINGS: u64 = 10;

/// Reads rows from JSON Lines or a JSON array.
#[derive(Debug)]
pub struct JsonlScraper {
    config: Config,
    host: Host,
}

/// Counts of a scrape.
#[derive(Default)]
struct Counts {
    texts: u64,
    skipped: u64,
    /// True once a row has a column.
    has_columns: bool,
    /// Empty objects before the first row with a column. They are sent with it.
    empty: u64,
}

impl Scraper for JsonlScraper {
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
        let mut counts = Counts::default();
        let result = self.copy(&mut records, rows, &mut counts).await;
        if counts.skipped > 0 {
            log::warn!("skipped {} of {} values that are not objects", counts.skipped, counts.texts);
        }
        match result {
            Err(error) if error.kind != ErrorKind::Cancelled => {
                // Rows before the error are valid.
                rows.flush().await?;
                Err(error)
            }
            Ok(()) if counts.empty > 0 => {
                let message =
                    format!("all objects of {} are empty, so there are no columns", display_name(&self.config.path));
                Err(Error::new(ErrorKind::InvalidData, message).with_context("path", &self.config.path))
            }
            Ok(()) if rows.rows() == 0 => {
                log::warn!("{} has no rows", display_name(&self.config.path));
                Ok(())
            }
            other => other,
        }
    }
}

impl JsonlScraper {
    async fn copy(&self, records: &mut Records, rows: &mut RowSink, counts: &mut Counts) -> Result<()> {
        let mut text = Vec::new();
        while let Some(position) = records.next(&mut text)? {
            counts.texts += 1;
            if counts.texts.is_multiple_of(TEXTS_PER_CANCEL_CHECK) {
                self.host.check_cancelled()?;
            }
            match self.add_row(&text, position, rows.builder(), counts) {
                Ok(()) => rows.flush_if_full().await?,
                Err(error) if self.config.on_invalid == OnInvalid::Skip => {
                    counts.skipped += 1;
                    if counts.skipped <= MAX_WARNINGS {
                        let hint = error.hint.as_deref().map_or_else(String::new, |hint| format!("; {hint}"));
                        log::warn!("skipped: {}{hint}", error.message);
                    }
                    discard_row(rows).await?;
                }
                Err(error) if error.context("incomplete").is_some() => {
                    return Err(records.incomplete_hint().map_or(error.clone(), |hint| error.hint(hint)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn add_row(&self, text: &[u8], position: Position, builder: &mut ChunkBuilder, counts: &mut Counts) -> Result<()> {
        let text = std::str::from_utf8(text).map_err(|e| {
            let position = position.after(text.get(..e.valid_up_to()).unwrap_or_default());
            position.invalid(&self.config.path, "expected UTF-8").hint("save the file as UTF-8")
        })?;
        if !counts.has_columns {
            // Reads into a temporary builder, because a failed row must not leave empty rows in the real one.
            if self.add(text, position, &mut ChunkBuilder::new())? == 0 {
                counts.empty += 1;
                return Ok(());
            }
            for _ in 0..std::mem::take(&mut counts.empty) {
                builder.end_row()?;
            }
            counts.has_columns = true;
        }
        self.add(text, position, builder)?;
        builder.end_row()
    }

    fn add(&self, text: &str, position: Position, builder: &mut ChunkBuilder) -> Result<usize> {
        add_cells(text, builder).map_err(|e| rejected(position, &self.config.path, text, &e, "expected a JSON object"))
    }
}

/// Discards the open row: sends the rows before it and clears the builder.
async fn discard_row(rows: &mut RowSink) -> Result<()> {
    rows.flush().await?;
    drop(rows.builder().take());
    Ok(())
}
