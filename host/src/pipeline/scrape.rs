//! Stage 1: rows from the scraper, in chunks, on a thread of its own.
//!
//! A second thread watches over its silence. Both use real time: a scraper may block, and no clock of ours moves it.

use crate::plugin::call_guard::{NAMED, RELEASE};
use crate::plugin::row_intake::{RowIntake, Scraped};
use crate::settings::PluginUse;
use rowsmith_plugin_api::bridge::client::ScraperClient;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::mpsc::{self as std_mpsc, RecvTimeoutError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Chunks that may wait between the scraper and the pipeline.
const CHUNKS_AHEAD: usize = 4;

/// A scraper at work.
pub struct RowSource {
    rows: mpsc::Receiver<Scraped>,
    /// Closed when the scraper is released, and sent on when it is left behind.
    released: std_mpsc::Receiver<()>,
}

impl RowSource {
    /// What comes next; nothing after the end.
    pub async fn next(&mut self) -> Option<Scraped> {
        self.rows.recv().await
    }

    /// Tells the scraper at once that no more rows are wanted. The future ends when it has ended; one that does not end
    /// is not waited for any longer than other plugins.
    pub fn end(self) -> impl Future<Output = ()> {
        let Self { rows, released } = self;
        drop(rows);
        let wait = tokio::task::spawn_blocking(move || released.recv_timeout(RELEASE).unwrap_or_default());
        async move { wait.await.unwrap_or_default() }
    }
}

/// Starts the scraper.
pub fn start(scraper: ScraperClient, sinks: &RowIntake, wanted: &PluginUse) -> RowSource {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let sink = sinks.open(sender.clone());
    let (at_work, ended) = std_mpsc::channel::<()>();
    let (releasing, released) = std_mpsc::channel::<()>();
    let watched = SilenceWatch { name: wanted.name.clone(), limit: wanted.timeout, sink, sinks: sinks.clone() };
    watch(watched, ended, sender.clone(), releasing.clone());
    let sinks = sinks.clone();
    let runtime = Handle::current();
    std::thread::spawn(move || {
        let result = runtime.block_on(scraper.scrape(sink));
        drop(at_work);
        let refused = sinks.close(sink);
        let result = result.and(refused.map_or(Ok(()), Err));
        // Nobody listens after a stop.
        drop(runtime.block_on(sender.send(Scraped::End(result))));
        drop(scraper);
        drop(releasing);
    });
    RowSource { rows: receiver, released }
}

/// What is watched.
struct SilenceWatch {
    name: String,
    /// The longest silence.
    limit: Duration,
    sink: u64,
    sinks: RowIntake,
}

/// Ends the source when the scraper is silent for too long. Its thread is left behind, and its rows are refused.
fn watch(
    watched: SilenceWatch,
    ended: std_mpsc::Receiver<()>,
    sender: mpsc::Sender<Scraped>,
    releasing: std_mpsc::Sender<()>,
) {
    let SilenceWatch { name, limit, sink, sinks } = watched;
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
        // An error means that nobody waits.
        releasing.send(()).unwrap_or_default();
        let silent = format!("the scraper plugin `{name}` sent nothing for {} s", limit.as_secs());
        let error = Error::new(ErrorKind::Other, silent)
            .with_context(NAMED, &name)
            .hint("its thread is left behind; `timeout_secs` in [scraper] is the longest silence");
        drop(runtime.block_on(sender.send(Scraped::End(Err(error)))));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Isolation;
    use rowsmith_abi::Buffer;
    use rowsmith_plugin_api::bridge::client::{Caller, Remote};
    use rowsmith_plugin_api::host::BoxFuture;
    use rowsmith_plugin_api::manifest::PluginKind;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    /// A scraper whose work does not end before the gate is opened.
    struct Gated {
        gate: Mutex<std_mpsc::Receiver<()>>,
        released: Arc<AtomicBool>,
    }

    impl Caller for Gated {
        fn call(self: Arc<Self>, _: u32, _: Buffer) -> BoxFuture<Result<Buffer, Error>> {
            Box::pin(async move {
                self.gate.lock().unwrap().recv().unwrap_or_default();
                Ok(Buffer::from(Vec::new()))
            })
        }
    }

    impl Drop for Gated {
        fn drop(&mut self) {
            self.released.store(true, Ordering::Relaxed);
        }
    }

    fn gated(timeout: Duration) -> (RowSource, std_mpsc::Sender<()>, Arc<AtomicBool>) {
        let (open, gate) = std_mpsc::channel();
        let released = Arc::new(AtomicBool::new(false));
        let scraper = Gated { gate: Mutex::new(gate), released: Arc::clone(&released) };
        let wanted = PluginUse {
            kind: PluginKind::Scraper,
            name: "gated".to_owned(),
            library: None,
            isolation: Isolation::None,
            timeout,
            config: serde_json::Value::Null,
            pointer: String::new(),
        };
        let source = start(ScraperClient(Remote::new(Arc::new(scraper))), &RowIntake::default(), &wanted);
        (source, open, released)
    }

    #[tokio::test]
    async fn a_scraper_that_is_ending_is_waited_for() {
        let (source, open, released) = gated(Duration::from_secs(600));
        let mut end = std::pin::pin!(source.end());
        assert!(tokio::time::timeout(Duration::ZERO, &mut end).await.is_err(), "it is still at work");
        open.send(()).unwrap();
        end.await;
        assert!(released.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_scraper_that_was_left_behind_is_not_waited_for() {
        let (mut source, _open, released) = gated(Duration::ZERO);
        let Some(Scraped::End(Err(error))) = source.next().await else { panic!("it is silent") };
        assert_eq!(error.message, "the scraper plugin `gated` sent nothing for 0 s");
        let start = Instant::now();
        source.end().await;
        assert!(start.elapsed() < RELEASE);
        assert!(!released.load(Ordering::Relaxed));
    }
}
