//! The scraper: texts of a file to rows of a run.

use crate::config::{Config, OnInvalid};
use crate::place::{Place, complaint};
use crate::records::Records;
use rowsmith_plugin_api::input::display_name;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::{ChunkBuilder, add_cells};

/// Texts between two looks at whether the run is being stopped.
const TEXTS_PER_LOOK: u64 = 256;
/// So many skipped rows are named one by one.
const MAX_WARNINGS: u64 = 10;

/// Reads rows from JSON Lines or a JSON array.
#[derive(Debug)]
pub struct JsonlScraper {
    config: Config,
    host: Host,
}

/// How far the reading has come.
#[derive(Default)]
struct Progress {
    texts: u64,
    skipped: u64,
    /// Whether a row had a column yet.
    columns: bool,
    /// Empty objects before the first row with a column: rows that cannot be sent without one.
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
        let mut progress = Progress::default();
        let result = self.copy(&mut records, rows, &mut progress).await;
        if progress.skipped > 0 {
            log::warn!("skipped {} of {}, which are no rows", progress.skipped, progress.texts);
        }
        match result {
            Err(error) if error.kind != ErrorKind::Cancelled => {
                // The rows before it are good.
                rows.flush().await?;
                Err(error)
            }
            Ok(()) if progress.empty > 0 => {
                let message =
                    format!("all objects of {} are empty, so there is no column", display_name(&self.config.path));
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
    async fn copy(&self, records: &mut Records, rows: &mut RowSink, progress: &mut Progress) -> Result<()> {
        let mut text = Vec::new();
        while let Some(place) = records.next(&mut text)? {
            progress.texts += 1;
            if progress.texts.is_multiple_of(TEXTS_PER_LOOK) {
                self.host.check_cancelled()?;
            }
            match self.add_row(&text, place, rows.builder(), progress) {
                Ok(()) => rows.flush_if_full().await?,
                Err(error) if self.config.on_invalid == OnInvalid::Skip => {
                    progress.skipped += 1;
                    if progress.skipped <= MAX_WARNINGS {
                        log::warn!("skipped: {error}");
                    }
                    give_up_row(rows).await?;
                }
                Err(error) if error.context("cut_off").is_some() => {
                    return Err(records.cut_hint().map_or(error.clone(), |hint| error.hint(hint)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn add_row(&self, text: &[u8], place: Place, builder: &mut ChunkBuilder, progress: &mut Progress) -> Result<()> {
        let text = std::str::from_utf8(text).map_err(|e| {
            let place = place.after(text.get(..e.valid_up_to()).unwrap_or_default());
            place.invalid(&self.config.path, "not UTF-8").hint("save the file as UTF-8")
        })?;
        if !progress.columns {
            // A trial, as rows without a column must not be in the builder when this one is refused.
            if self.add(text, place, &mut ChunkBuilder::new())? == 0 {
                progress.empty += 1;
                return Ok(());
            }
            for _ in 0..std::mem::take(&mut progress.empty) {
                builder.end_row()?;
            }
            progress.columns = true;
        }
        self.add(text, place, builder)?;
        builder.end_row()
    }

    fn add(&self, text: &str, place: Place, builder: &mut ChunkBuilder) -> Result<usize> {
        add_cells(text, builder).map_err(|e| {
            let error = place.of(&e).invalid(&self.config.path, &format!("no JSON object: {}", complaint(&e)));
            if e.is_eof() { error.with_context("cut_off", "true") } else { error }
        })
    }
}

/// Forgets the row that is being built: sends those before it and takes what is left.
async fn give_up_row(rows: &mut RowSink) -> Result<()> {
    rows.flush().await?;
    drop(rows.builder().take());
    Ok(())
}
