//! A scraper with the faults that its config names, for tests of the host.
//!
//! It sends `number` rows, with the numbered topics of the other tests of the host.
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
            // Ignores the error of the host.
            "giant_unnoticed" => {
                drop(rows::giant(rows, number).await);
                Ok(())
            }
            "two_columns" => rows::two_columns(rows).await,
            "late_rows" => {
                // The thread starts when the value is dropped, at the end of the scrape.
                let _start = thread::rows_after(&self.host);
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
    about = "Has the faults that its config names",
    capabilities = ["list"],
);
