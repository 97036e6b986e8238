//! The operations of the fake host, for plugins in this image and for those behind the boundary.

use super::clock::Clock;
use super::seen::{LogRecord, Seen};
use super::sinks::Sinks;
use crate::marker;
use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::bridge::encode_panic;
use rowsmith_plugin_api::host::{BoxFuture, HostServices, operation, question};
use rowsmith_plugin_api::scraper::decode_rows;
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest, HttpResponse, Result};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) type Answerer = dyn Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync;

pub(super) struct Services {
    pub(super) answer: Arc<Answerer>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) cancelled: AtomicBool,
    pub(super) clock: Clock,
    /// How many chunks of rows are taken before the rest is refused.
    pub(super) wanted_chunks: Option<usize>,
    /// Where rows are taken only for scrapes that are under way.
    pub(super) sinks: Option<Arc<Sinks>>,
    pub(super) holds_rows: bool,
    pub(super) holds_http: bool,
    pub(super) has_held: AtomicBool,
    pub(super) seen: Mutex<Seen>,
}

/// A handle to the services that both faces of the host share.
#[derive(Clone)]
pub(super) struct Shared(pub(super) Arc<Services>);

impl Services {
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never returns: the plugin waits until its call is dropped.
    async fn hold<T>(&self) -> T {
        self.has_held.store(true, Ordering::SeqCst);
        std::future::pending().await
    }

    async fn run(&self, operation: u32, payload: Buffer) -> Result<Buffer> {
        match operation {
            operation::HTTP => self.exchange(HttpRequest::decode(&payload)?).await,
            operation::SLEEP => {
                let time = Duration::from_millis(serde_json::from_slice(&payload)?);
                self.seen().sleeps.push(time);
                self.clock.sleep(time).await;
                Ok(Buffer::default())
            }
            operation::EMIT_ROWS => self.take_rows(&payload).await,
            operation::PROGRESS => Ok(Buffer::default()),
            operation::STATE_DIR => match &self.state_dir {
                Some(folder) => Ok(Buffer::from(folder.display().to_string())),
                None => Err(Error::new(ErrorKind::Io, "this host has no state folder")),
            },
            _ => Err(Error::unsupported(&format!("operation {operation}"))),
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<Buffer> {
        self.seen().requests.push(request.clone());
        if self.holds_http {
            return self.hold().await;
        }
        let mut response = (self.answer)(&request)?;
        if response.url.is_empty() {
            response.url = request.url;
        }
        response.encode()
    }

    async fn take_rows(&self, payload: &[u8]) -> Result<Buffer> {
        let (sink, rows) = decode_rows(payload)?;
        if self.sinks.as_ref().is_some_and(|sinks| !sinks.takes(sink)) {
            return Err(Error::new(ErrorKind::Cancelled, "no more rows are wanted"));
        }
        {
            let mut seen = self.seen();
            if self.wanted_chunks.is_some_and(|wanted| seen.chunks.len() >= wanted) {
                seen.refused_chunks += 1;
                return Err(Error::new(ErrorKind::Cancelled, "no more rows are wanted"));
            }
            seen.chunks.push(rows);
        }
        if self.holds_rows { self.hold().await } else { Ok(Buffer::default()) }
    }

    fn answer_query(&self, question: u32) -> u64 {
        match question {
            question::CANCELLED => u64::from(self.cancelled.load(Ordering::SeqCst)),
            question::LOG_LEVEL => 5,
            _ => 0,
        }
    }

    fn take_log(&self, level: u32, message: &str) {
        marker::look_at_log(message);
        self.seen().logs.push(LogRecord { level, message: message.to_owned() });
    }
}

impl HostServices for Shared {
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        let services = Arc::clone(&self.0);
        Box::pin(async move { services.run(operation, payload).await })
    }

    fn log(&self, level: u32, _target: &str, message: &str) {
        self.0.take_log(level, message);
    }

    fn query(&self, question: u32) -> u64 {
        self.0.answer_query(question)
    }
}

impl HostSide for Shared {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        let services = Arc::clone(&self.0);
        Box::pin(async move { services.run(operation, payload).await.map_err(|error| error.encode()) })
    }

    fn log(&self, level: u32, _target: &str, message: &str) {
        self.0.take_log(level, message);
    }

    fn query(&self, question: u32) -> u64 {
        self.0.answer_query(question)
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}
