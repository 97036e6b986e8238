//! What the host lends to a plugin.

use super::http::HttpService;
use super::redact::Redactor;
use crate::abort::AbortOnDrop;
use crate::limit::stop::Stop;
use crate::pipeline::scrape::Scraped;
use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::glue::{encode_panic, image_address};
use rowsmith_plugin_api::host::{Progress, operation, question};
use rowsmith_plugin_api::scraper::decode_rows;
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest, Result};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Where the rows of scrapers go, by the number that each is given.
#[derive(Clone, Default)]
pub struct RowSinks(Arc<Sinks>);

#[derive(Default)]
struct Sinks {
    next: AtomicU64,
    open: Mutex<HashMap<u64, mpsc::Sender<Scraped>>>,
}

impl RowSinks {
    /// Opens a sink and returns its number.
    pub fn open(&self, sender: mpsc::Sender<Scraped>) -> u64 {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, sender);
        number
    }

    /// Closes a sink; rows that come after it are refused.
    pub fn close(&self, number: u64) {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    async fn send(&self, payload: &[u8]) -> Result<()> {
        let (number, rows) = decode_rows(payload)?;
        let sender = self.0.open.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
        let unwanted = || Error::new(ErrorKind::Cancelled, "no more rows are wanted");
        sender.ok_or_else(unwanted)?.send(Scraped::Rows(rows)).await.map_err(|_| unwanted())
    }
}

/// The parts of a host that all plugins share.
#[derive(Clone)]
pub struct SharedServices {
    /// HTTP.
    pub http: Arc<HttpService>,
    /// Where rows go.
    pub sinks: RowSinks,
    /// The wish to stop.
    pub stop: Stop,
    /// The secrets of the run.
    pub redactor: Redactor,
    /// Below it, each plugin has a folder.
    pub state_root: PathBuf,
    /// The runtime that services run on.
    pub runtime: Handle,
    /// The runtime that calls of providers run on.
    pub calls: Handle,
}

/// What one plugin is lent.
pub struct PluginServices {
    shared: SharedServices,
    /// `kind-name`.
    plugin: String,
}

impl PluginServices {
    /// The services for one plugin.
    pub fn new(shared: SharedServices, plugin: String) -> Self {
        Self { shared, plugin }
    }

    /// Runs a service on the host's runtime: the plugin may poll from a thread that has none.
    fn spawn(&self, future: impl Future<Output = Result<Buffer>> + Send + 'static) -> ReplyFuture {
        let mut task = AbortOnDrop(self.shared.runtime.spawn(future));
        Box::pin(async move {
            let result = (&mut task.0).await.unwrap_or_else(|error| {
                Err(Error::new(ErrorKind::Other, format!("a host service broke off: {error}")))
            });
            result.map_err(|error| error.encode())
        })
    }

    fn state_dir(&self) -> Result<Buffer> {
        let folder = self.shared.state_root.join(&self.plugin);
        std::fs::create_dir_all(&folder).map_err(|error| Error::io("make the folder", &folder, &error))?;
        Ok(Buffer::from(folder.display().to_string()))
    }
}

impl HostSide for PluginServices {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        match operation {
            operation::HTTP => {
                let (http, plugin) = (Arc::clone(&self.shared.http), self.plugin.clone());
                self.spawn(async move { http.send(&plugin, HttpRequest::decode(&payload)?).await?.encode() })
            }
            operation::EMIT_ROWS => {
                let sinks = self.shared.sinks.clone();
                // Polled by the scraper's own thread, so that checking rows is its work.
                Box::pin(async move { sinks.send(&payload).await.map(|()| Buffer::default()).map_err(|e| e.encode()) })
            }
            operation::SLEEP => {
                let stop = self.shared.stop.clone();
                let awaits_nobody = self.shared.http.is_replayed();
                self.spawn(async move {
                    let millis: u64 = serde_json::from_slice(&payload)?;
                    let millis = if awaits_nobody { 0 } else { millis };
                    let slept = stop.or(tokio::time::sleep(Duration::from_millis(millis))).await;
                    slept
                        .map(|()| Buffer::default())
                        .ok_or_else(|| Error::new(ErrorKind::Cancelled, "the run is being stopped"))
                })
            }
            operation::PROGRESS => {
                let progress = serde_json::from_slice::<Progress>(&payload);
                if let Ok(Progress { message, done, total }) = progress {
                    tracing::debug!(plugin = self.plugin, message, done, total, "progress");
                }
                Box::pin(std::future::ready(Ok(Buffer::default())))
            }
            operation::STATE_DIR => Box::pin(std::future::ready(self.state_dir().map_err(|e| e.encode()))),
            other => Box::pin(std::future::ready(Err(Error::unsupported(&format!("host operation {other}")).encode()))),
        }
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        let message = self.shared.redactor.clean(message);
        let plugin = self.plugin.as_str();
        match level {
            1 => tracing::error!(target: "plugin", plugin, module = target, "{message}"),
            2 => tracing::warn!(target: "plugin", plugin, module = target, "{message}"),
            3 => tracing::info!(target: "plugin", plugin, module = target, "{message}"),
            4 => tracing::debug!(target: "plugin", plugin, module = target, "{message}"),
            _ => tracing::trace!(target: "plugin", plugin, module = target, "{message}"),
        }
    }

    fn query(&self, question: u32) -> u64 {
        match question {
            question::CANCELLED => u64::from(self.shared.stop.is_requested()),
            question::LOG_LEVEL => log_level(),
            question::IMAGE => image_address(),
            _ => 0,
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}

/// The most talkative level that anyone listens to.
fn log_level() -> u64 {
    use tracing::level_filters::LevelFilter as L;
    match L::current() {
        L::OFF => 0,
        L::ERROR => 1,
        L::WARN => 2,
        L::INFO => 3,
        L::DEBUG => 4,
        _ => 5,
    }
}
