//! The wish to stop, and why. The first reason counts.

use rowsmith_plugin_api::Error;
use std::sync::Arc;
use tokio::sync::watch;

/// Why a run stops before all rows have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// A limit of the config was reached; the text says which.
    Limit(String),
    /// The provider cannot be used.
    Provider(Error),
    /// Answers cannot be kept.
    Cache(Error),
    /// A row failed, and `on_failure = "stop"`.
    RowFailed,
    /// The config does not fit the source.
    Config(String),
    /// Nobody reads the output any more.
    ClosedPipe,
}

/// A shared wish to stop.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<Option<StopReason>>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Asks everyone to stop.
    pub fn request(&self, reason: StopReason) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// Why to stop, if so.
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Whether to stop.
    pub fn is_requested(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits until someone asks to stop.
    pub async fn requested(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot end otherwise.
        drop(receiver.wait_for(Option::is_some).await);
    }

    /// Waits for `future`, or gives up when someone asks to stop.
    pub async fn or<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.requested() => None,
            value = future => Some(value),
        }
    }
}
