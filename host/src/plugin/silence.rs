//! Ends the source when its scraper is silent for too long.
//!
//! A scraper may block, so the watch runs on a thread and uses real time.

use super::call_guard::NAMED;
use super::row_intake::{RowIntake, Scraped};
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;

/// A watch over the silence of one scraper.
pub struct SilenceWatch {
    /// The scraper's name.
    pub name: String,
    /// Maximum silence.
    pub limit: Duration,
    /// The number of the scraper's sink.
    pub sink: u64,
    /// Receives the scraper's rows.
    pub intake: RowIntake,
    /// Closed when the scraper has returned.
    pub returned: Receiver<()>,
    /// Sends the end of the source.
    pub rows: Sender<Scraped>,
}

impl SilenceWatch {
    /// Starts the watch. After the limit, `on_leak` runs and the scraper's thread is leaked; its further rows are refused.
    pub fn start(self, on_leak: impl FnOnce() + Send + 'static) {
        let runtime = Handle::current();
        let name = self.name.clone();
        let started = std::thread::Builder::new().name("silence".to_owned()).spawn(move || {
            if self.returns_in_time() {
                return;
            }
            drop(self.intake.close(self.sink));
            on_leak();
            let message = format!("the scraper plugin `{}` sent nothing for {} s", self.name, self.limit.as_secs());
            let error = Error::new(ErrorKind::Other, message)
                .with_context(NAMED, &self.name)
                .hint("its thread is leaked; `timeout_secs` in [scraper] is the maximum silence");
            drop(runtime.block_on(self.rows.send(Scraped::End(Err(error)))));
        });
        if let Err(error) = started {
            tracing::warn!(%error, "the silence of the scraper plugin `{name}` has no limit: no thread can be started");
        }
    }

    /// Waits until the scraper returns or no row is wanted (true), or the limit is reached (false).
    fn returns_in_time(&self) -> bool {
        loop {
            let left = scaled(self.limit).saturating_sub(self.intake.silence());
            if left.is_zero() {
                return false;
            }
            if self.returned.recv_timeout(left) != Err(RecvTimeoutError::Timeout) || self.rows.is_closed() {
                return true;
            }
        }
    }
}
