//! Runs a plugin's futures without a runtime.

use crate::FakeHost;
use rowsmith_plugin_api::row::RowChunk;
use rowsmith_plugin_api::scraper::RowSink;
use rowsmith_plugin_api::{Result, Scraper};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Scrapes all rows of a scraper that was made with `host`.
///
/// # Errors
/// The scraper's own; rows that were sent before it are in [`FakeHost::rows`].
pub fn scrape_rows<S: Scraper>(scraper: &S, host: &FakeHost) -> Result<Vec<RowChunk>> {
    let mut sink = RowSink::new(host.host(), 1);
    block_on(async {
        scraper.scrape(&mut sink).await?;
        sink.flush().await
    })?;
    Ok(host.chunks())
}
