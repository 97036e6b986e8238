//! Reads the tickets of a help desk, page by page.
#![forbid(unsafe_code)]

mod api;
mod config;

use api::Desk;
use config::Config;
use rowsmith_plugin_api::prelude::*;
use std::collections::HashSet;

/// The tickets of one queue.
pub struct Tickets {
    config: Config,
    desk: Desk,
    host: Host,
}

impl Scraper for Tickets {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { desk: Desk::new(&config, host.clone())?, config, host })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let max_tickets = self.config.max_tickets.unwrap_or(u64::MAX);
        let mut cursor: Option<String> = None;
        let mut seen = HashSet::new();
        loop {
            self.host.check_cancelled()?;
            let page = self.desk.page(&self.config.queue, self.config.page_size, cursor.as_deref()).await?;
            for ticket in &page.tickets {
                if rows.rows() == max_tickets {
                    return Ok(());
                }
                rows.send(ticket).await?;
            }
            // Sends the rows before the wait for the next page.
            rows.flush().await?;
            let done = Some(rows.rows());
            self.host.progress(Progress { message: "tickets".to_owned(), done, total: page.total }).await?;
            match page.next {
                Some(_) if rows.rows() == max_tickets => return Ok(()),
                Some(next) if !seen.insert(next.clone()) => return Err(repeated_page(&next)),
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        self.desk.queues().await
    }
}

/// The error of a cursor that occurs twice, which would never end.
fn repeated_page(cursor: &str) -> Error {
    Error::new(ErrorKind::InvalidData, "the help desk returned the same page cursor twice")
        .with_context("cursor", cursor)
}

export_plugin!(
    scraper: Tickets,
    name = "tickets",
    about = "Reads the tickets of a help desk",
    capabilities = ["list"],
);
