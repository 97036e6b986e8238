//! A scraper as plugin authors wrote them against plugin-api 0.1.0: rows that count.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::prelude::*;

/// The plugin's table in the config.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How many rows there are.
    #[config(min = 1)]
    count: u32,
}

#[derive(Serialize)]
struct Row {
    title: String,
    number: u32,
}

/// Rows that count.
pub struct Counter {
    config: Config,
    host: Host,
}

impl Scraper for Counter {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { config, host })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        for number in 1..=self.config.count {
            self.host.check_cancelled()?;
            rows.send(&Row { title: format!("Topic {number}"), number }).await?;
        }
        log::debug!("all {} rows were sent", rows.rows());
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        Ok(vec![Listing { name: "topics".to_owned(), about: "Rows that count".to_owned() }])
    }
}

export_plugin!(scraper: Counter, name = "old", about = "Rows that count, as of 0.1.0", capabilities = ["list"]);
