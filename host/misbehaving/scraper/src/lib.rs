//! A scraper that does wrong what its config says: for the tests of the host, which must bear it.
//!
//! It sends `number` rows, numbered topics as those of the host's other tests.
#![forbid(unsafe_code)]

#[path = "../../fault.rs"]
mod fault;
mod rows;
mod thread;

pub use fault::Config;

use fault::Fault;
use rowsmith_plugin_api::prelude::{Host, Listing, Result, RowSink, Scraper, export_plugin};

/// The scraper.
#[derive(Debug)]
pub struct MisbehavingScraper {
    fault: Fault,
    host: Host,
}

impl Scraper for MisbehavingScraper {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        let fault = Fault(config);
        fault.now("new")?;
        Ok(Self { fault, host })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        self.fault.reach("scrape").await?;
        let number = self.fault.0.number;
        match self.fault.0.mode.as_str() {
            "endless" => rows::endless(rows).await,
            "deaf" => rows::deaf(rows).await,
            "giant" => rows::giant(rows, number).await,
            // The refusal of the host is not told of, as if all had gone well.
            "giant_unnoticed" => {
                drop(rows::giant(rows, number).await);
                Ok(())
            }
            "two_columns" => rows::two_columns(rows).await,
            "late_rows" => {
                // Its drop, at the very end of the scrape, lets the thread begin.
                let _until_then = thread::rows_after(&self.host);
                rows::numbered(rows, 1..=number).await?;
                rows.flush().await
            }
            "noisy_thread" => {
                thread::noise(&self.host);
                rows::numbered(rows, 1..=number).await
            }
            _ => {
                rows::numbered(rows, 1..=number / 2).await?;
                rows.flush().await?;
                self.fault.reach("middle").await?;
                rows::numbered(rows, number / 2 + 1..=number).await
            }
        }
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        self.fault.reach("list").await?;
        Ok(vec![Listing { name: "rows".to_owned(), about: String::new() }])
    }
}

export_plugin!(
    scraper: MisbehavingScraper,
    name = "misbehaving",
    about = "Does wrong what its config says",
    capabilities = ["list"],
);
