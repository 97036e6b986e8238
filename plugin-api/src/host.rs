//! Host services available to plugins.

use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use rowsmith_abi::{Buffer, HostHandle};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Numbers of the services that a plugin can call.
pub mod operation {
    /// An HTTP exchange: [`crate::HttpRequest`] to [`crate::HttpResponse`].
    pub const HTTP: u32 = 1;
    /// Waits: milliseconds as JSON to nothing.
    pub const SLEEP: u32 = 2;
    /// Rows of a scraper: sink and chunk to nothing.
    pub const EMIT_ROWS: u32 = 3;
    /// A [`crate::Progress`] to nothing.
    pub const PROGRESS: u32 = 4;
    /// The path of the plugin's state folder; no payload.
    pub const STATE_DIR: u32 = 5;
    /// The path of the plugin's folder for downloads; no payload. Since 0.3.0.
    pub const DOWNLOAD_DIR: u32 = 6;
    /// Columns of a scraper before its rows: sink and a JSON array to nothing. Since 0.3.0.
    pub const ANNOUNCE_COLUMNS: u32 = 7;
    /// [`crate::program::RecordedLines`] to the number of their exchange. Since 0.3.0.
    pub const RECORD_LINES: u32 = 8;
    /// A [`crate::program::ReplayRequest`] to [`crate::program::ReplayedLines`]. Since 0.3.0.
    pub const REPLAY_LINES: u32 = 9;
}

/// Numbers of the synchronous queries.
pub mod query {
    /// 1 if the run is stopped.
    pub const CANCELLED: u32 = 1;
    /// Maximum log level that the host records: 0 (none) to 5 (trace).
    pub const LOG_LEVEL: u32 = 2;
    /// Address of a static in the host's image. Equal to the plugin's own if the plugin is linked into the host.
    pub const IMAGE: u32 = 3;
    /// The number of a [`crate::program::LineRecording`]. Since 0.3.0; older hosts return 0.
    pub const LINE_RECORDING: u32 = 4;
}

/// A boxed future, as [`HostServices`] returns it.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Implementation of the services, by a host or by a test.
pub trait HostServices: Send + Sync + 'static {
    /// Runs an operation of [`operation`].
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>>;
    /// Records a log message; `level` is 1 (error) to 5 (trace).
    fn log(&self, level: u32, target: &str, message: &str);
    /// Returns the value of a query of [`query`]; 0 for unknown ones.
    fn query(&self, query: u32) -> u64;
}

/// Progress of a plugin, for the progress display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Progress {
    /// Current activity, in a few words.
    pub message: String,
    /// Amount that is done.
    pub done: Option<u64>,
    /// Total amount, if known.
    pub total: Option<u64>,
}

/// Handle of a plugin to its host. Cheap to clone.
#[derive(Clone)]
pub struct Host(Arc<dyn HostServices>);

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

impl Host {
    /// Creates a handle to an implementation of the services.
    pub fn new(services: Arc<dyn HostServices>) -> Self {
        Self(services)
    }

    pub(crate) fn from_handle(handle: HostHandle) -> Self {
        Self(Arc::new(RemoteServices(handle)))
    }

    pub(crate) async fn call(&self, operation: u32, payload: Buffer) -> Result<Buffer> {
        self.0.call(operation, payload).await
    }

    pub(crate) fn services(&self) -> &Arc<dyn HostServices> {
        &self.0
    }

    /// The HTTP client.
    pub fn http(&self) -> Http<'_> {
        Http { host: self }
    }

    /// Waits on the host's clock.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if the run is stopped during the wait.
    pub async fn sleep(&self, duration: Duration) -> Result<()> {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.call(operation::SLEEP, Buffer::from(millis.to_string())).await.map(drop)
    }

    /// Updates the progress display.
    ///
    /// # Errors
    /// If the host cannot be reached.
    pub async fn progress(&self, progress: Progress) -> Result<()> {
        self.call(operation::PROGRESS, Buffer::from(serde_json::to_vec(&progress)?)).await.map(drop)
    }

    /// Returns the plugin's state folder, which persists between runs: for bookmarks and other things that decide what a
    /// run does.
    ///
    /// Changes of a scraper are kept only after a complete run (see [`Ending`](crate::scraper::Ending)); changes of any
    /// plugin during `plan`, `check` and `list` are discarded. Ask for the path in every run: it changes.
    ///
    /// # Errors
    /// If it cannot be created.
    pub async fn state_dir(&self) -> Result<PathBuf> {
        self.folder(operation::STATE_DIR).await
    }

    /// Returns the plugin's folder for downloads and other things that can be fetched again. Its content is kept, however
    /// the command ends. Hosts before version 0.3 have one folder for both.
    ///
    /// # Errors
    /// If it cannot be created.
    pub async fn download_dir(&self) -> Result<PathBuf> {
        match Error::optional(self.folder(operation::DOWNLOAD_DIR).await)? {
            Some(folder) => Ok(folder),
            None => self.state_dir().await,
        }
    }

    async fn folder(&self, operation: u32) -> Result<PathBuf> {
        let bytes = self.call(operation, Buffer::default()).await?;
        let path = String::from_utf8(bytes.into_vec())
            .map_err(|_| Error::new(ErrorKind::InvalidData, "the path of the plugin's folder is not UTF-8"))?;
        Ok(PathBuf::from(path))
    }

    /// Returns whether the run is stopped. Long loops check it between steps.
    pub fn is_cancelled(&self) -> bool {
        self.0.query(query::CANCELLED) != 0
    }

    /// Fails if the run is stopped.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::new(ErrorKind::Cancelled, "the run is stopped")) } else { Ok(()) }
    }
}

/// Services across the plugin boundary.
struct RemoteServices(HostHandle);

impl HostServices for RemoteServices {
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        let future = self.0.call(operation, payload);
        Box::pin(async move { future.await.map_err(|bytes| Error::decode(&bytes)) })
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        self.0.log(level, target, message);
    }

    fn query(&self, query: u32) -> u64 {
        self.0.query(query)
    }
}
