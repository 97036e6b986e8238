//! Answers exchanges from a folder.

use super::order::Order;
use super::scrub::Scrubber;
use crate::document::PLACEHOLDER;
use crate::plugin::redact::Redactor;
use rowsmith_plugin_api::recording::Replay;
use rowsmith_plugin_api::{Error, HttpRequest, HttpResponse, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Answers from recordings, and opens no connection.
#[derive(Debug)]
pub struct Replayer {
    folder: PathBuf,
    replay: Replay,
    scrubber: Scrubber,
    order: Order,
    missed: Mutex<Option<Missed>>,
}

/// A request that has no recording.
#[derive(Debug, Clone)]
pub struct Missed {
    /// Who asked.
    pub plugin: String,
    /// What was said to it.
    pub error: Error,
}

impl Replayer {
    /// Reads a folder.
    ///
    /// # Errors
    /// When there is no recording in it, or a file is damaged; the error names it.
    pub fn open(folder: &Path, redactor: Redactor) -> Result<Self> {
        // Where a key stood in what was asked, there is now `[secret]` in the recording, and perhaps a placeholder in
        // the request.
        let scrubber = Scrubber::new(redactor).and(PLACEHOLDER);
        Ok(Self {
            folder: folder.to_owned(),
            replay: Replay::open(folder, &scrubber)?,
            scrubber,
            order: Order::default(),
            missed: Mutex::new(None),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The first request that has no recording, if so.
    pub fn missed(&self) -> Option<Missed> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came of this request when it was recorded.
    ///
    /// # Errors
    /// The recorded one, or that there is no recording.
    pub async fn answer(&self, plugin: &str, request: &HttpRequest) -> Result<HttpResponse> {
        match self.replay.find(Some(plugin), request, &self.scrubber) {
            Ok(found) => {
                self.order.turn(found.place).await;
                found.outcome.into()
            }
            Err(error) => {
                let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
                missed.get_or_insert_with(|| Missed { plugin: plugin.to_owned(), error: error.clone() });
                Err(error)
            }
        }
    }
}
