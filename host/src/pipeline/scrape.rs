//! Stage 1: reads rows from the scraper, in chunks, on a thread of its own.

use crate::limit::memory::ByteGauge;
use crate::plugin::call_guard::RELEASE;
use crate::plugin::row_intake::{RowIntake, Scraped};
use crate::plugin::silence::SilenceWatch;
use crate::settings::PluginUse;
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::bridge::client::ScraperClient;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::mpsc as std_mpsc;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Maximum chunks between the scraper and the pipeline.
const CHUNKS_AHEAD: usize = 4;

/// The rows of a running scraper.
pub struct RowSource {
    rows: mpsc::Receiver<Scraped>,
    memory: ByteGauge,
    /// Closed when the scraper is released; receives a message when its thread is leaked.
    released: std_mpsc::Receiver<()>,
}

impl RowSource {
    /// Returns the next message; `None` after the end.
    pub async fn next(&mut self) -> Option<Scraped> {
        self.rows.recv().await
    }

    /// Returns whether no row can arrive until others have left the pipeline.
    pub fn is_blocked(&self) -> bool {
        self.memory.is_blocked() && self.rows.is_empty()
    }

    /// Notifies the scraper at once that no more rows are needed. The future ends when the scraper has been released, or after
    /// the time that every plugin has for its release.
    pub fn end(self) -> impl Future<Output = ()> {
        let Self { rows, released, .. } = self;
        drop(rows);
        let wait = tokio::task::spawn_blocking(move || released.recv_timeout(scaled(RELEASE)).unwrap_or_default());
        async move { wait.await.unwrap_or_default() }
    }
}

/// Starts the scraper. It waits while `memory` has no room for its rows.
pub fn start(scraper: ScraperClient, intake: &RowIntake, usage: &PluginUse, memory: &ByteGauge) -> RowSource {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let sink = intake.open(sender.clone(), memory.clone());
    let (running, returned) = std_mpsc::channel::<()>();
    let (releasing, released) = std_mpsc::channel::<()>();
    let watch = SilenceWatch {
        name: usage.name.clone(),
        limit: usage.timeout,
        sink,
        intake: intake.clone(),
        returned,
        rows: sender.clone(),
    };
    let leaked = releasing.clone();
    // An error means that `end` is not waiting.
    watch.start(move || leaked.send(()).unwrap_or_default());
    let intake = intake.clone();
    let runtime = Handle::current();
    let rows = sender.clone();
    let started = std::thread::Builder::new().name("scrape".to_owned()).spawn(move || {
        let result = runtime.block_on(scraper.scrape(sink));
        drop(running);
        let refused = intake.close(sink);
        let result = result.and(refused.map_or(Ok(()), Err));
        // The receiver is gone after a stop.
        drop(runtime.block_on(sender.send(Scraped::End(result))));
        drop(scraper);
        drop(releasing);
    });
    if let Err(error) = started {
        let error = Error::new(ErrorKind::Io, format!("cannot start the thread of the scraper: {error}"));
        // The channel is empty.
        drop(rows.try_send(Scraped::End(Err(error.hint("raise the limit of processes and threads (`ulimit -u`)")))));
    }
    RowSource { rows: receiver, memory: memory.clone(), released }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::call_guard::NAMED;
    use crate::settings::Isolation;
    use rowsmith_abi::Buffer;
    use rowsmith_plugin_api::bridge::client::{Caller, Remote};
    use rowsmith_plugin_api::host::BoxFuture;
    use rowsmith_plugin_api::manifest::PluginKind;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};

    /// A scraper that returns when its release is opened.
    struct BlockedScraper {
        release: Mutex<std_mpsc::Receiver<()>>,
        released: Arc<AtomicBool>,
    }

    impl Caller for BlockedScraper {
        fn call(self: Arc<Self>, _: u32, _: Buffer) -> BoxFuture<Result<Buffer, Error>> {
            Box::pin(async move {
                self.release.lock().unwrap().recv().unwrap_or_default();
                Ok(Buffer::from(Vec::new()))
            })
        }
    }

    impl Drop for BlockedScraper {
        fn drop(&mut self) {
            self.released.store(true, Ordering::Relaxed);
        }
    }

    fn blocked(timeout: Duration) -> (RowSource, std_mpsc::Sender<()>, Arc<AtomicBool>) {
        let (open, release) = std_mpsc::channel();
        let released = Arc::new(AtomicBool::new(false));
        let scraper = BlockedScraper { release: Mutex::new(release), released: Arc::clone(&released) };
        let usage = PluginUse {
            kind: PluginKind::Scraper,
            name: "blocked".to_owned(),
            library: None,
            isolation: Isolation::None,
            timeout,
            config: serde_json::Value::Null,
            pointer: String::new(),
        };
        let memory = ByteGauge::new(usize::MAX);
        let source = start(ScraperClient(Remote::new(Arc::new(scraper))), &RowIntake::default(), &usage, &memory);
        (source, open, released)
    }

    #[tokio::test]
    async fn the_end_waits_for_a_scraper_that_is_returning() {
        let (source, open, released) = blocked(Duration::from_secs(600));
        let mut end = std::pin::pin!(source.end());
        assert!(tokio::time::timeout(Duration::ZERO, &mut end).await.is_err(), "the scraper is still running");
        open.send(()).unwrap();
        end.await;
        assert!(released.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn the_end_does_not_wait_for_a_leaked_scraper() {
        let (mut source, _open, released) = blocked(Duration::ZERO);
        let Some(Scraped::End(Err(error))) = source.next().await else { panic!("the scraper is silent") };
        assert_eq!((error.kind, error.context(NAMED)), (ErrorKind::Other, Some("blocked")));
        let start = Instant::now();
        source.end().await;
        assert!(start.elapsed() < RELEASE);
        assert!(!released.load(Ordering::Relaxed));
    }
}
