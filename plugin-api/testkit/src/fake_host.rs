//! The host's services, faked.

use rowsmith_abi::Buffer;
use rowsmith_plugin_api::host::{BoxFuture, HostServices, operation, question};
use rowsmith_plugin_api::row::RowChunk;
use rowsmith_plugin_api::scraper::decode_rows;
use rowsmith_plugin_api::{Error, ErrorKind, Host, HttpRequest, HttpResponse, Result};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

type Answerer = dyn Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync;

/// One log record of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// 1 (error) to 5 (trace).
    pub level: u32,
    /// What it said.
    pub message: String,
}

#[derive(Default)]
struct Seen {
    requests: Vec<HttpRequest>,
    sleeps: Vec<Duration>,
    chunks: Vec<RowChunk>,
    logs: Vec<LogRecord>,
}

struct Services {
    answer: Box<Answerer>,
    state_dir: Option<PathBuf>,
    cancelled: AtomicBool,
    seen: Mutex<Seen>,
}

/// A host that answers HTTP requests with a function and remembers all that a plugin did.
#[derive(Clone)]
pub struct FakeHost(Arc<Services>);

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
        Self(Arc::new(Services {
            answer: Box::new(answer),
            state_dir: None,
            cancelled: AtomicBool::new(false),
            seen: Mutex::new(Seen::default()),
        }))
    }

    /// Gives the plugin a folder of its own. Call it before [`FakeHost::host`].
    #[must_use]
    pub fn with_state_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        if let Some(services) = Arc::get_mut(&mut self.0) {
            services.state_dir = Some(folder.into());
        }
        self
    }

    /// The handle to give to the plugin.
    pub fn host(&self) -> Host {
        Host::new(Arc::clone(&self.0) as Arc<dyn HostServices>)
    }

    /// Tells the plugin that the run is being stopped.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The HTTP requests so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.seen().requests.clone()
    }

    /// The waits so far; none of them took any time.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.seen().sleeps.clone()
    }

    /// The chunks of rows so far.
    pub fn chunks(&self) -> Vec<RowChunk> {
        self.seen().chunks.clone()
    }

    /// The rows so far, as JSON objects.
    pub fn rows(&self) -> Vec<serde_json::Value> {
        let seen = self.seen();
        seen.chunks.iter().flat_map(RowChunk::iter).map(|row| serde_json::Value::Object(row.object())).collect()
    }

    /// The log records so far.
    pub fn logs(&self) -> Vec<LogRecord> {
        self.seen().logs.clone()
    }
}

impl Services {
    fn run(&self, operation: u32, payload: &[u8]) -> Result<Buffer> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match operation {
            operation::HTTP => {
                let request = HttpRequest::decode(payload)?;
                seen.requests.push(request.clone());
                drop(seen);
                let mut response = (self.answer)(&request)?;
                if response.url.is_empty() {
                    response.url = request.url;
                }
                response.encode()
            }
            operation::SLEEP => {
                seen.sleeps.push(Duration::from_millis(serde_json::from_slice(payload)?));
                Ok(Buffer::default())
            }
            operation::EMIT_ROWS => {
                seen.chunks.push(decode_rows(payload)?.1);
                Ok(Buffer::default())
            }
            operation::PROGRESS => Ok(Buffer::default()),
            operation::STATE_DIR => match &self.state_dir {
                Some(folder) => Ok(Buffer::from(folder.display().to_string())),
                None => Err(Error::new(ErrorKind::Io, "this host has no state folder")),
            },
            _ => Err(Error::unsupported(&format!("operation {operation}"))),
        }
    }
}

impl HostServices for Services {
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        let result = self.run(operation, &payload);
        Box::pin(std::future::ready(result))
    }

    fn log(&self, level: u32, _target: &str, message: &str) {
        let record = LogRecord { level, message: message.to_owned() };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).logs.push(record);
    }

    fn query(&self, question: u32) -> u64 {
        match question {
            question::CANCELLED => u64::from(self.cancelled.load(Ordering::SeqCst)),
            question::LOG_LEVEL => 5,
            _ => 0,
        }
    }
}
