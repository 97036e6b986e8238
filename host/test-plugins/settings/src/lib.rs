//! A scraper with a setting of each type, for tests of the host. Its rows are the settings that it received.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::prelude::*;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// A setting of each type.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Division of the source.
    #[config(default = { kind = "off" })]
    split: Split,
    /// Share of the rows.
    #[config(default = 0.5, min = 0.0, max = 2.0)]
    share: f64,
    /// Pause between two pages.
    #[config(default = "1m 30s", min = "1s", max = "1h")]
    pause: Duration,
    /// Lowest and highest score.
    #[config(default = (0.0, 1.0))]
    scores: (f64, f64),
    /// Width and height.
    #[config(default = [640, 480])]
    size: [u32; 2],
    /// File with a line for each scrape.
    #[config(default = "scrapes.log")]
    log_file: PathBuf,
}

/// Division of the source.
#[derive(Debug, PluginConfig)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Split {
    /// One part.
    Off,
    /// Parts of equal length.
    Fixed {
        /// Rows of a part.
        #[config(min = 1, max = 20)]
        rows: u32,
        /// Rows that a part shares with the next.
        #[config(default = 0, max = 19)]
        overlap: u32,
    },
    /// Parts that a service makes.
    Service {
        /// Address of the service.
        #[config(format = "uri")]
        url: String,
        /// Key of the service.
        token: Secret,
        /// Maximum time for one part.
        #[config(default = "30s", min = "1s")]
        timeout: Duration,
    },
}

/// The scraper.
#[derive(Debug)]
pub struct Settings(Config);

impl Scraper for Settings {
    type Config = Config;

    fn new(config: Config, _: Host) -> Result<Self> {
        Ok(Self(config))
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let Config { split, share, pause, scores, size, log_file } = &self.0;
        let log = OpenOptions::new().create(true).append(true).open(log_file);
        log.and_then(|mut log| log.write_all(b"scraped\n")).map_err(|error| Error::io("write", log_file, &error))?;
        let split = match split {
            Split::Off => "one part".to_owned(),
            Split::Fixed { rows, overlap } => format!("{rows} rows, {overlap} shared"),
            Split::Service { url, token, timeout } => {
                format!("{url} with a key of {} letters within {timeout:?}", token.expose().len())
            }
        };
        let all = [
            ("split", split),
            ("share", share.to_string()),
            ("pause", format!("{pause:?}")),
            ("scores", format!("{scores:?}")),
            ("size", format!("{size:?}")),
        ];
        for (setting, value) in all {
            rows.send(&json!({ "setting": setting, "value": value })).await?;
        }
        Ok(())
    }
}

export_plugin!(scraper: Settings, name = "settings", about = "Has a setting of each type");
