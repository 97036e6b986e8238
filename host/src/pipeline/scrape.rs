//! Stage 1: rows from the scraper, in chunks, on a thread of its own.

use crate::plugin::services::RowSinks;
use rowsmith_plugin_api::glue::client::ScraperClient;
use rowsmith_plugin_api::{Error, ErrorKind, RowChunk};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Chunks that may wait between the scraper and the pipeline.
const CHUNKS_AHEAD: usize = 4;

/// What comes from a scraper.
pub enum Scraped {
    /// Some rows.
    Rows(RowChunk),
    /// The end, or why there is no more.
    End(Result<(), Error>),
}

/// Starts the scraper. Dropping the receiver makes it stop.
pub fn start(scraper: ScraperClient, sinks: &RowSinks) -> mpsc::Receiver<Scraped> {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let sink = sinks.open(sender.clone());
    let sinks = sinks.clone();
    let runtime = Handle::current();
    std::thread::spawn(move || {
        let result = runtime.block_on(scraper.scrape(sink));
        sinks.close(sink);
        let result = result.or_else(|error| if error.kind == ErrorKind::Cancelled { Ok(()) } else { Err(error) });
        // Nobody listens after a stop.
        drop(runtime.block_on(sender.send(Scraped::End(result))));
    });
    receiver
}
