//! Rows from the lines of a text file.

use rowsmith_plugin_api::prelude::*;
use std::io::{BufRead, BufReader, Read};

/// Settings of the scraper.
#[derive(PluginConfig)]
pub struct Config {
    /// Path of the text file, relative to the working directory; `-` is the standard input.
    path: String,
}

#[derive(Serialize)]
struct Row {
    line: u64,
    text: String,
}

pub struct Lines(Config);

impl Scraper for Lines {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Ok(Self(config))
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let path = &self.0.path;
        let file = rowsmith_plugin_api::input::open(path)?;
        for (line, text) in (1..).zip(BufReader::new(file.head.chain(file.rest)).lines()) {
            let text = text.map_err(|e| Error::io("read", path, &e))?;
            rows.send(&Row { line, text }).await?;
        }
        Ok(())
    }

    fn source_paths(&self) -> SourcePaths {
        SourcePaths::file(&self.0.path)
    }
}

export_plugin!(scraper: Lines, name = "{{name}}", about = "Rows from the lines of a text file");
