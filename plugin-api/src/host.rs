//! What the host lends to a plugin.

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
    /// Nothing to the path of a folder that the plugin may write to.
    pub const STATE_DIR: u32 = 5;
}

/// Numbers of the cheap questions.
pub mod question {
    /// 1 when the run is being stopped.
    pub const CANCELLED: u32 = 1;
    /// The most talkative log level that is wanted: 0 (none) to 5 (trace).
    pub const LOG_LEVEL: u32 = 2;
    /// The address of a static in the host's image; equal to the plugin's own when it is linked in.
    pub const IMAGE: u32 = 3;
}

/// A boxed future, as [`HostServices`] returns it.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The services themselves. A host implements this; tests of plugins can as well.
pub trait HostServices: Send + Sync + 'static {
    /// Runs one operation of [`operation`].
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>>;
    /// Takes one log record; `level` is 1 (error) to 5 (trace).
    fn log(&self, level: u32, target: &str, message: &str);
    /// Answers one of [`question`].
    fn query(&self, question: u32) -> u64;
}

/// How far a plugin has come, for the progress display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Progress {
    /// What is going on, in a few words.
    pub message: String,
    /// How much is done.
    pub done: Option<u64>,
    /// How much there is.
    pub total: Option<u64>,
}

/// A plugin's handle to its host; cheap to clone.
#[derive(Clone)]
pub struct Host(Arc<dyn HostServices>);

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

impl Host {
    /// A handle to some services.
    pub fn new(services: Arc<dyn HostServices>) -> Self {
        Self(services)
    }

    pub(crate) fn from_handle(handle: HostHandle) -> Self {
        Self(Arc::new(Remote(handle)))
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
    /// [`ErrorKind::Cancelled`] when the run is stopped meanwhile.
    pub async fn sleep(&self, duration: Duration) -> Result<()> {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.call(operation::SLEEP, Buffer::from(millis.to_string())).await.map(drop)
    }

    /// Shows how far the plugin has come.
    pub async fn progress(&self, progress: Progress) -> Result<()> {
        self.call(operation::PROGRESS, Buffer::from(serde_json::to_vec(&progress)?)).await.map(drop)
    }

    /// A folder of the plugin's own that outlives the run.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn state_dir(&self) -> Result<PathBuf> {
        let bytes = self.call(operation::STATE_DIR, Buffer::default()).await?;
        let path = String::from_utf8(bytes.into_vec())
            .map_err(|_| Error::new(ErrorKind::InvalidData, "the state folder's path is not UTF-8"))?;
        Ok(PathBuf::from(path))
    }

    /// Whether the run is being stopped; long loops look at it between steps.
    pub fn is_cancelled(&self) -> bool {
        self.0.query(question::CANCELLED) != 0
    }

    /// An error when the run is being stopped.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::new(ErrorKind::Cancelled, "the run is being stopped")) } else { Ok(()) }
    }
}

/// Services on the other side of the boundary.
struct Remote(HostHandle);

impl HostServices for Remote {
    fn call(&self, operation: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        let future = self.0.call(operation, payload);
        Box::pin(async move { future.await.map_err(|bytes| Error::decode(&bytes)) })
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        self.0.log(level, target, message);
    }

    fn query(&self, question: u32) -> u64 {
        self.0.query(question)
    }
}
