//! The operations of the fake host, for linked plugins and for plugins behind the boundary.

use super::clock::Clock;
use super::observed::{LogRecord, Observed};
use super::row_intake::RowIntake;
use crate::secret_marker;
use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::bridge::encode_panic;
use rowsmith_plugin_api::host::{BoxFuture, HostServices, operation, query};
use rowsmith_plugin_api::scraper::{decode_columns, decode_rows};
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest, HttpResponse, Result};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Message for rows that a host refuses.
const REFUSED: &str = "the run accepts no more rows";

pub(crate) type Answerer = dyn Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync;

pub(super) struct FakeServices {
    pub(super) answer: Arc<Answerer>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) cancelled: AtomicBool,
    pub(super) clock: Clock,
    /// Number of chunks after which rows are refused.
    pub(super) max_chunks: Option<usize>,
    /// Intakes of the scrapes in progress; without them, all rows are accepted.
    pub(super) row_intake: Option<Arc<RowIntake>>,
    pub(super) holds_rows: bool,
    pub(super) holds_http: bool,
    pub(super) has_held: AtomicBool,
    pub(super) observed: Mutex<Observed>,
}

/// Shared handle of both interfaces of the host.
#[derive(Clone)]
pub(super) struct SharedServices(pub(super) Arc<FakeServices>);

impl FakeServices {
    pub(super) fn observed(&self) -> MutexGuard<'_, Observed> {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never returns. The plugin waits until its call is dropped.
    async fn hold<T>(&self) -> T {
        self.has_held.store(true, Ordering::SeqCst);
        std::future::pending().await
    }

    async fn run(&self, operation: u32, payload: Buffer) -> Result<Buffer> {
        match operation {
            operation::HTTP => self.exchange(HttpRequest::decode(&payload)?).await,
            operation::SLEEP => {
                let time = Duration::from_millis(serde_json::from_slice(&payload)?);
                self.observed().sleeps.push(time);
                self.clock.sleep(time).await;
                Ok(Buffer::default())
            }
            operation::EMIT_ROWS => self.accept_rows(&payload).await,
            operation::ANNOUNCE_COLUMNS => {
                let (_, columns) = decode_columns(&payload)?;
                self.observed().columns = Some(columns);
                Ok(Buffer::default())
            }
            operation::PROGRESS => Ok(Buffer::default()),
            operation::STATE_DIR | operation::DOWNLOAD_DIR => match &self.state_dir {
                Some(folder) => Ok(Buffer::from(folder.display().to_string())),
                None => Err(Error::new(ErrorKind::Io, "this host has no state folder")),
            },
            _ => Err(Error::unsupported(&format!("operation {operation}"))),
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<Buffer> {
        self.observed().requests.push(request.clone());
        if self.holds_http {
            return self.hold().await;
        }
        let mut response = (self.answer)(&request)?;
        if response.url.is_empty() {
            response.url = request.url;
        }
        response.encode()
    }

    async fn accept_rows(&self, payload: &[u8]) -> Result<Buffer> {
        let (number, rows) = decode_rows(payload)?;
        if self.row_intake.as_ref().is_some_and(|intake| !intake.accept(number)) {
            return Err(Error::new(ErrorKind::Cancelled, REFUSED));
        }
        {
            let mut observed = self.observed();
            if self.max_chunks.is_some_and(|max| observed.chunks.len() >= max) {
                observed.refused_chunks += 1;
                return Err(Error::new(ErrorKind::Cancelled, REFUSED));
            }
            observed.chunks.push(rows);
        }
        if self.holds_rows { self.hold().await } else { Ok(Buffer::default()) }
    }

    fn query_value(&self, question: u32) -> u64 {
        match question {
            query::CANCELLED => u64::from(self.cancelled.load(Ordering::SeqCst)),
            query::LOG_LEVEL => 5,
            _ => 0,
        }
    }

    fn record_log(&self, level: u32, message: &str) {
        secret_marker::inspect_log(message);
        self.observed().logs.push(LogRecord { level, message: message.to_owned() });
    }
}

impl HostServices for SharedServices {
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        let services = Arc::clone(&self.0);
        Box::pin(async move { services.run(operation, payload).await })
    }

    fn log(&self, level: u32, _target: &str, message: &str) {
        self.0.record_log(level, message);
    }

    fn query(&self, question: u32) -> u64 {
        self.0.query_value(question)
    }
}

impl HostSide for SharedServices {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        let services = Arc::clone(&self.0);
        Box::pin(async move { services.run(operation, payload).await.map_err(|error| error.encode()) })
    }

    fn log(&self, level: u32, _target: &str, message: &str) {
        self.0.record_log(level, message);
    }

    fn query(&self, question: u32) -> u64 {
        self.0.query_value(question)
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}
