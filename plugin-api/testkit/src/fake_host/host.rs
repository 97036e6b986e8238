//! [`FakeHost`]: configured, given to a plugin, and inspected.

use super::clock::Clock;
use super::observed::{LogRecord, Observed};
use super::row_intake::RowIntake;
use super::services::{Answerer, FakeServices, SharedServices};
use rowsmith_abi::HostHandle;
use rowsmith_plugin_api::row::{Column, RowChunk};
use rowsmith_plugin_api::{Error, ErrorKind, Host, HttpRequest, HttpResponse, Result};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A host that answers HTTP requests with a function, a script or a cassette, and records the calls of a plugin.
///
/// Waiting takes no time: it advances the host's clock, unless [`FakeHost::with_held_clock`] leaves that to the test.
#[derive(Clone)]
pub struct FakeHost(SharedServices);

impl Default for FakeHost {
    fn default() -> Self {
        Self::new(|request| {
            Err(Error::new(ErrorKind::Retryable, format!("no response for {} {}", request.method, request.url)))
        })
    }
}

impl FakeHost {
    /// Creates a host that answers HTTP requests with a function.
    pub fn new(answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static) -> Self {
        Self::with_answerer(Arc::new(answer))
    }

    pub(crate) fn with_answerer(answer: Arc<Answerer>) -> Self {
        Self(SharedServices(Arc::new(FakeServices {
            answer,
            state_dir: None,
            cancelled: AtomicBool::new(false),
            clock: Clock::default(),
            max_chunks: None,
            row_intake: None,
            holds_rows: false,
            holds_http: false,
            has_held: AtomicBool::new(false),
            observed: Mutex::new(Observed::default()),
        })))
    }

    /// Creates a host that returns one response after the other. Requests after the last one fail.
    pub fn scripted(answers: impl IntoIterator<Item = Result<HttpResponse>>) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let answers = Mutex::new(answers);
        Self::new(move |request| {
            let next = answers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let error = || format!("the script has no response left for {} {}", request.method, request.url);
            next.unwrap_or_else(|| Err(Error::new(ErrorKind::Retryable, error())))
        })
    }

    /// Sets the plugin's folder for state and downloads. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_state_dir(self, folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        self.changed(|services| services.state_dir = Some(folder))
    }

    /// Makes plugins wait until [`FakeHost::advance`] advances the clock far enough.
    #[must_use]
    pub fn with_held_clock(self) -> Self {
        self.0.0.clock.hold();
        self
    }

    /// Refuses rows after a number of chunks, as a host does when the run has enough. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_max_chunks(self, chunks: usize) -> Self {
        self.changed(|services| services.max_chunks = Some(chunks))
    }

    /// Accepts rows only for open intakes. Call it before [`FakeHost::host`].
    pub(crate) fn with_row_intake(self, intake: Arc<RowIntake>) -> Self {
        self.changed(|services| services.row_intake = Some(intake))
    }

    /// Never returns from accepting a chunk of rows. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_held_rows(self) -> Self {
        self.changed(|services| services.holds_rows = true)
    }

    /// Never answers an HTTP request. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_held_http(self) -> Self {
        self.changed(|services| services.holds_http = true)
    }

    fn changed(mut self, change: impl FnOnce(&mut FakeServices)) -> Self {
        if let Some(services) = Arc::get_mut(&mut self.0.0) {
            change(services);
        }
        self
    }

    /// Returns the handle for a plugin's constructor.
    pub fn host(&self) -> Host {
        Host::new(Arc::new(self.0.clone()))
    }

    /// Returns the handle for a plugin behind the boundary.
    pub fn handle(&self) -> HostHandle {
        HostHandle::new(Arc::new(self.0.clone()))
    }

    /// Signals to the plugin that the run stops.
    pub fn cancel(&self) {
        self.0.0.cancelled.store(true, Ordering::SeqCst);
    }

    /// Returns the time by which the clock has advanced.
    pub fn now(&self) -> Duration {
        self.0.0.clock.now()
    }

    /// Advances the clock and wakes waiting plugins.
    pub fn advance(&self, time: Duration) {
        self.0.0.clock.advance(time);
    }

    /// Returns true if a plugin waits for a held acceptance of rows or a held response.
    pub fn has_held(&self) -> bool {
        self.0.0.has_held.load(Ordering::SeqCst)
    }

    /// Returns the HTTP requests so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.0.0.observed().requests.clone()
    }

    /// Returns the waits so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.0.0.observed().sleeps.clone()
    }

    /// Returns the announced columns; `None` if the scraper announced none.
    pub fn announced_columns(&self) -> Option<Vec<Column>> {
        self.0.0.observed().columns.clone()
    }

    /// Returns the accepted chunks of rows so far.
    pub fn chunks(&self) -> Vec<RowChunk> {
        self.0.0.observed().chunks.clone()
    }

    /// Returns the number of refused chunks.
    pub fn refused_chunks(&self) -> usize {
        self.0.0.observed().refused_chunks
    }

    /// Returns the accepted rows so far, as JSON objects.
    pub fn rows(&self) -> Vec<serde_json::Value> {
        let observed = self.0.0.observed();
        observed.chunks.iter().flat_map(RowChunk::iter).map(|row| serde_json::Value::Object(row.object())).collect()
    }

    /// Returns the log records so far.
    pub fn logs(&self) -> Vec<LogRecord> {
        self.0.0.observed().logs.clone()
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
    fn waiting_advances_the_clock_and_takes_no_time() {
        let host = FakeHost::default();
        block_on(host.host().sleep(Duration::from_secs(3_600))).unwrap();
        assert_eq!((host.now(), host.sleeps()), (Duration::from_secs(3_600), vec![Duration::from_secs(3_600)]));
    }

    #[test]
    fn a_held_clock_waits_for_the_test() {
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
    fn a_script_is_answered_in_order_and_then_fails() {
        let host = FakeHost::scripted([Ok(HttpResponse::new(429, "")), Ok(HttpResponse::new(200, "fine"))]);
        let plugin = host.host();
        let status = || block_on(plugin.http().get("http://x/")).map(|response| response.status.as_u16());
        assert_eq!((status(), status()), (Ok(429), Ok(200)));
        assert_eq!(status().unwrap_err().kind, ErrorKind::Retryable);
    }
}
