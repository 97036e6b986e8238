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
use std::time::{Duration, Instant};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread.
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

/// Runs a future on this thread. Returns `None` after `patience`, or when `enough` returns true while the future waits.
pub(crate) fn block_on_for<F: Future>(future: F, patience: Duration, enough: impl Fn() -> bool) -> Option<F::Output> {
    let deadline = Instant::now() + patience;
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if enough() || left.is_zero() {
            return None;
        }
        std::thread::park_timeout(left);
    }
}

/// Scrapes all rows of a scraper that was created with `host`.
///
/// # Errors
/// The scraper's own. Rows that were sent before an error are in [`FakeHost::rows`].
pub fn scrape_rows<S: Scraper>(scraper: &S, host: &FakeHost) -> Result<Vec<RowChunk>> {
    let mut sink = RowSink::new(host.host(), 1);
    block_on(async {
        scraper.scrape(&mut sink).await?;
        sink.flush().await
    })?;
    Ok(host.chunks())
}
