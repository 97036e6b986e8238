//! The stop signal with its reason; the first reason counts.

use rowsmith_plugin_api::Error;
use std::sync::Arc;
use tokio::sync::watch;

/// The reason for an early stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// A limit of the config was reached; the text names it.
    Limit(String),
    /// Too few rows have a valid answer.
    FewValidRows,
    /// The provider cannot be used.
    Provider(Error),
    /// Answers cannot be stored.
    Cache(Error),
    /// A row failed, and `on_failure = "stop"`.
    RowFailed,
    /// The config does not fit the source.
    Config(String),
    /// The reader of the output closed it.
    ClosedPipe,
}

/// The shared stop signal.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<Option<StopReason>>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Requests a stop.
    pub fn request(&self, reason: StopReason) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// Returns the reason, if a stop was requested.
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Returns whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits for a request to stop.
    pub async fn requested(&self) {
        let mut receiver = self.0.subscribe();
        // `self` holds the sender, so the wait cannot end otherwise.
        drop(receiver.wait_for(Option::is_some).await);
    }

    /// Waits for `future`; `None` when a stop is requested first.
    pub async fn or<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.requested() => None,
            value = future => Some(value),
        }
    }
}
