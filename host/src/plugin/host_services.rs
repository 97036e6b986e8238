//! The host services that plugins can call.

use super::http::HttpService;
use super::plugin_progress::PluginProgress;
use super::record_replay::RecordReplay;
use super::row_intake::{Busy, RowIntake};
use super::sanitize::sanitize_text;
use super::state_folders::StateFolders;
use crate::abort::AbortOnDrop;
use crate::limit::stop::Stop;
use crate::redact::Redactor;
use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::bridge::{encode_panic, image_address};
use rowsmith_plugin_api::host::{Progress, operation, query};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::program::{RecordedLines, ReplayRequest};
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest, Manifest, Result};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Maximum characters of a plugin's log record.
const LOG_CHARS: usize = 10_000;
/// Maximum characters of a progress message.
const PROGRESS_CHARS: usize = 80;

/// The host services that all plugins of a command share.
#[derive(Clone)]
pub struct HostServices {
    /// The HTTP client.
    pub http: Arc<HttpService>,
    /// Receives the rows of scrapers.
    pub row_intake: RowIntake,
    /// The stop signal.
    pub stop: Stop,
    /// The secrets of the run.
    pub redactor: Redactor,
    /// The folders that plugins may write to.
    pub folders: Arc<StateFolders>,
    /// The latest progress of plugins.
    pub progress: PluginProgress,
    /// The runtime of host services.
    pub runtime: Handle,
    /// The runtime of plugin calls.
    pub calls: Handle,
}

/// The kind and name of a plugin; displays as `kind-name`, as in file names and pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginId {
    /// The kind.
    pub kind: PluginKind,
    /// The name in configs.
    pub name: String,
}

impl PluginId {
    /// Returns the id of a manifest's plugin.
    pub fn of(manifest: &Manifest) -> Self {
        Self { kind: manifest.kind, name: manifest.name.clone() }
    }
}

impl std::fmt::Display for PluginId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.kind, self.name)
    }
}

/// The host services of one plugin.
pub struct PluginServices {
    shared: HostServices,
    plugin: PluginId,
}

impl PluginServices {
    /// Creates the services of one plugin.
    pub fn new(shared: HostServices, plugin: PluginId) -> Self {
        Self { shared, plugin }
    }

    /// Runs a service on the host's runtime, since a plugin may poll from a thread without one.
    fn spawn(&self, future: impl Future<Output = Result<Buffer>> + Send + 'static) -> ReplyFuture {
        let busy = self.busy();
        let mut task = AbortOnDrop(self.shared.runtime.spawn(async move {
            let _busy = busy;
            future.await
        }));
        Box::pin(async move {
            let result = (&mut task.0).await.unwrap_or_else(|error| {
                Err(Error::new(ErrorKind::Other, format!("a host service ended unexpectedly: {error}")))
            });
            result.map_err(|error| error.encode())
        })
    }

    /// Records lines of a program. Outside a recording, the plugin does not send any.
    fn record_lines(&self, payload: &Buffer) -> ReplyFuture {
        let recorded = serde_json::from_slice::<RecordedLines>(payload).map_err(Error::from).and_then(|lines| {
            let RecordReplay::Record(recorder) = self.shared.http.record_replay() else {
                return Err(Error::unsupported("recording lines"));
            };
            Ok(Buffer::from(recorder.record_lines(&self.plugin.to_string(), &lines).to_string()))
        });
        Box::pin(std::future::ready(recorded.map_err(|error| error.encode())))
    }

    fn replay_lines(&self, payload: Buffer) -> ReplyFuture {
        let (http, plugin) = (Arc::clone(&self.shared.http), self.plugin.to_string());
        self.spawn(async move {
            let RecordReplay::Replay(replayer) = http.record_replay() else {
                return Err(Error::unsupported("replaying lines"));
            };
            let lines = replayer.replay_lines(&plugin, &serde_json::from_slice::<ReplayRequest>(&payload)?).await?;
            Ok(Buffer::from(serde_json::to_vec(&lines)?))
        })
    }

    /// Marks the scraper as active while it uses a service.
    fn busy(&self) -> Option<Busy> {
        (self.plugin.kind == PluginKind::Scraper).then(|| self.shared.row_intake.busy())
    }
}

/// Returns the reply with a folder's path.
fn ready(folder: Result<PathBuf>) -> ReplyFuture {
    let reply = folder.map(|path| Buffer::from(path.display().to_string()));
    Box::pin(std::future::ready(reply.map_err(|error| error.encode())))
}

impl HostSide for PluginServices {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        match operation {
            operation::HTTP => {
                let (http, plugin) = (Arc::clone(&self.shared.http), self.plugin.to_string());
                self.spawn(async move { http.send(&plugin, HttpRequest::decode(&payload)?).await?.encode() })
            }
            operation::EMIT_ROWS | operation::ANNOUNCE_COLUMNS => {
                let (row_intake, busy) = (self.shared.row_intake.clone(), self.busy());
                // Polled on the scraper's thread, so that it pays for checking its rows.
                Box::pin(async move {
                    let _busy = busy;
                    let received = match operation {
                        operation::EMIT_ROWS => row_intake.rows(&payload).await,
                        _ => row_intake.columns(&payload).await,
                    };
                    received.map(|()| Buffer::default()).map_err(|e| e.encode())
                })
            }
            operation::SLEEP => {
                let stop = self.shared.stop.clone();
                let is_replayed = self.shared.http.is_replayed();
                self.spawn(async move {
                    let millis: u64 = serde_json::from_slice(&payload)?;
                    let millis = if is_replayed { 0 } else { millis };
                    let slept = stop.or(tokio::time::sleep(Duration::from_millis(millis))).await;
                    slept
                        .map(|()| Buffer::default())
                        .ok_or_else(|| Error::new(ErrorKind::Cancelled, "the run is stopping"))
                })
            }
            operation::PROGRESS => {
                let progress = serde_json::from_slice::<Progress>(&payload);
                if let Ok(mut progress) = progress {
                    progress.message = sanitize_text(&progress.message, PROGRESS_CHARS, &self.shared.redactor);
                    let Progress { message, done, total } = &progress;
                    tracing::debug!(plugin = %self.plugin, message, done, total, "progress");
                    self.shared.progress.set(&self.plugin, progress);
                }
                Box::pin(std::future::ready(Ok(Buffer::default())))
            }
            operation::STATE_DIR => ready(self.shared.folders.state_dir(&self.plugin)),
            operation::DOWNLOAD_DIR => ready(self.shared.folders.download_dir(&self.plugin)),
            operation::RECORD_LINES => self.record_lines(&payload),
            operation::REPLAY_LINES => self.replay_lines(payload),
            other => Box::pin(std::future::ready(Err(Error::unsupported(&format!("host operation {other}")).encode()))),
        }
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        let message = sanitize_text(message, LOG_CHARS, &self.shared.redactor);
        let plugin = self.plugin.to_string();
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
            query::CANCELLED => u64::from(self.shared.stop.is_requested()),
            query::LOG_LEVEL => log_level(),
            query::IMAGE => image_address(),
            query::LINE_RECORDING => self.shared.http.record_replay().of_lines().number(),
            _ => 0,
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}

/// Returns the most verbose level that a subscriber wants.
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
