//! [`FakeHost`]: made, given to a plugin, and looked at.

use super::clock::Clock;
use super::seen::{LogRecord, Seen};
use super::services::{Answerer, Services, Shared};
use super::sinks::Sinks;
use rowsmith_abi::HostHandle;
use rowsmith_plugin_api::row::RowChunk;
use rowsmith_plugin_api::{Error, ErrorKind, Host, HttpRequest, HttpResponse, Result};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A host that answers HTTP requests with a function or from a script, and remembers all that a plugin did.
///
/// Waiting takes no time: it moves the host's own clock. [`FakeHost::with_held_clock`] leaves that to the test.
#[derive(Clone)]
pub struct FakeHost(Shared);

impl Default for FakeHost {
    fn default() -> Self {
        Self::new(|request| {
            Err(Error::new(ErrorKind::Retryable, format!("no answer for {} {}", request.method, request.url)))
        })
    }
}

impl FakeHost {
    /// A host whose HTTP requests are answered by `answer`.
    pub fn new(answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static) -> Self {
        Self::with_answerer(Arc::new(answer))
    }

    pub(crate) fn with_answerer(answer: Arc<Answerer>) -> Self {
        Self(Shared(Arc::new(Services {
            answer,
            state_dir: None,
            cancelled: AtomicBool::new(false),
            clock: Clock::default(),
            wanted_chunks: None,
            sinks: None,
            holds_rows: false,
            holds_http: false,
            has_held: AtomicBool::new(false),
            seen: Mutex::new(Seen::default()),
        })))
    }

    /// A host that gives one answer after the other; a request after the last one is a broken exchange.
    pub fn scripted(answers: impl IntoIterator<Item = Result<HttpResponse>>) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let answers = Mutex::new(answers);
        Self::new(move |request| {
            let next = answers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let none = || format!("the script has no more answers, but there was {} {}", request.method, request.url);
            next.unwrap_or_else(|| Err(Error::new(ErrorKind::Retryable, none())))
        })
    }

    /// Gives the plugin a folder of its own. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_state_dir(self, folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        self.changed(|services| services.state_dir = Some(folder))
    }

    /// Lets waiting plugins wait until [`FakeHost::advance`] moves the clock far enough.
    #[must_use]
    pub fn with_held_clock(self) -> Self {
        self.0.0.clock.hold();
        self
    }

    /// Refuses rows after so many chunks, as a host does whose run is over. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_wanted_chunks(self, chunks: usize) -> Self {
        self.changed(|services| services.wanted_chunks = Some(chunks))
    }

    /// Takes rows only for sinks that are open. Call it before [`FakeHost::host`].
    pub(crate) fn with_sinks(self, sinks: Arc<Sinks>) -> Self {
        self.changed(|services| services.sinks = Some(sinks))
    }

    /// Takes a chunk of rows and never says so. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_held_rows(self) -> Self {
        self.changed(|services| services.holds_rows = true)
    }

    /// Takes a request and never answers it. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_held_http(self) -> Self {
        self.changed(|services| services.holds_http = true)
    }

    fn changed(mut self, change: impl FnOnce(&mut Services)) -> Self {
        if let Some(services) = Arc::get_mut(&mut self.0.0) {
            change(services);
        }
        self
    }

    /// The handle to give to a plugin's constructor.
    pub fn host(&self) -> Host {
        Host::new(Arc::new(self.0.clone()))
    }

    /// The handle to give to a plugin behind the boundary.
    pub fn handle(&self) -> HostHandle {
        HostHandle::new(Arc::new(self.0.clone()))
    }

    /// Tells the plugin that the run is being stopped.
    pub fn cancel(&self) {
        self.0.0.cancelled.store(true, Ordering::SeqCst);
    }

    /// How far the clock has moved.
    pub fn now(&self) -> Duration {
        self.0.0.clock.now()
    }

    /// Moves the clock, and with it the plugins that wait.
    pub fn advance(&self, time: Duration) {
        self.0.0.clock.advance(time);
    }

    /// Whether a plugin waits for rows or an answer that the host holds back.
    pub fn has_held(&self) -> bool {
        self.0.0.has_held.load(Ordering::SeqCst)
    }

    /// The HTTP requests so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.0.0.seen().requests.clone()
    }

    /// The waits so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.0.0.seen().sleeps.clone()
    }

    /// The chunks of rows so far.
    pub fn chunks(&self) -> Vec<RowChunk> {
        self.0.0.seen().chunks.clone()
    }

    /// How many chunks came after the host had enough.
    pub fn refused_chunks(&self) -> usize {
        self.0.0.seen().refused_chunks
    }

    /// The rows so far, as JSON objects.
    pub fn rows(&self) -> Vec<serde_json::Value> {
        let seen = self.0.0.seen();
        seen.chunks.iter().flat_map(RowChunk::iter).map(|row| serde_json::Value::Object(row.object())).collect()
    }

    /// The log records so far.
    pub fn logs(&self) -> Vec<LogRecord> {
        self.0.0.seen().logs.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_on;
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn waiting_moves_the_clock_and_takes_no_time() {
        let host = FakeHost::default();
        block_on(host.host().sleep(Duration::from_secs(3_600))).unwrap();
        assert_eq!((host.now(), host.sleeps()), (Duration::from_secs(3_600), vec![Duration::from_secs(3_600)]));
    }

    #[test]
    fn a_held_clock_moves_only_when_it_is_told() {
        let host = FakeHost::default().with_held_clock();
        let plugin = host.host();
        let mut sleep = pin!(plugin.sleep(Duration::from_secs(2)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        host.advance(Duration::from_secs(1));
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        host.advance(Duration::from_secs(1));
        assert_eq!(sleep.as_mut().poll(&mut context), Poll::Ready(Ok(())));
    }

    #[test]
    fn a_script_is_answered_in_order_and_then_breaks() {
        let host = FakeHost::scripted([Ok(HttpResponse::new(429, "")), Ok(HttpResponse::new(200, "fine"))]);
        let plugin = host.host();
        let status = || block_on(plugin.http().get("http://x/")).map(|response| response.status.as_u16());
        assert_eq!((status(), status()), (Ok(429), Ok(200)));
        assert_eq!(status().unwrap_err().message, "the script has no more answers, but there was GET http://x/");
    }
}
