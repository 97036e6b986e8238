//! Stage 1: rows from the scraper, in chunks, on a thread of its own.
//!
//! A second thread watches over its silence. Both use real time: a scraper may block, and no clock of ours moves it.

use crate::config::settings::PluginUse;
use crate::plugin::sinks::RowSinks;
use crate::plugin::watched::NAMED;
use rowsmith_plugin_api::glue::client::ScraperClient;
use rowsmith_plugin_api::{Error, ErrorKind, RowChunk};
use std::sync::mpsc::{self as std_mpsc, RecvTimeoutError};
use std::time::Duration;
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
pub fn start(scraper: ScraperClient, sinks: &RowSinks, wanted: &PluginUse) -> mpsc::Receiver<Scraped> {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let sink = sinks.open(sender.clone());
    let (at_work, ended) = std_mpsc::channel::<()>();
    watch(wanted.name.clone(), wanted.timeout, ended, sink, sinks.clone(), sender.clone());
    let sinks = sinks.clone();
    let runtime = Handle::current();
    std::thread::spawn(move || {
        let result = runtime.block_on(scraper.scrape(sink));
        drop(at_work);
        let refused = sinks.close(sink);
        let result = result.and(refused.map_or(Ok(()), Err));
        // Nobody listens after a stop.
        drop(runtime.block_on(sender.send(Scraped::End(result))));
    });
    receiver
}

/// Ends the source when the scraper is silent for too long. Its thread is left behind, and its rows are refused.
fn watch(
    name: String,
    limit: Duration,
    ended: std_mpsc::Receiver<()>,
    sink: u64,
    sinks: RowSinks,
    sender: mpsc::Sender<Scraped>,
) {
    let runtime = Handle::current();
    std::thread::spawn(move || {
        loop {
            let left = limit.saturating_sub(sinks.silence());
            if left.is_zero() {
                break;
            }
            if ended.recv_timeout(left) != Err(RecvTimeoutError::Timeout) || sender.is_closed() {
                return;
            }
        }
        drop(sinks.close(sink));
        let silent = format!("the scraper plugin `{name}` sent nothing for {} s", limit.as_secs());
        let error = Error::new(ErrorKind::Other, silent)
            .with(NAMED, &name)
            .hint("its thread is left behind; `timeout_secs` in [scraper] is the longest silence");
        drop(runtime.block_on(sender.send(Scraped::End(Err(error)))));
    });
}
