//! Responses from a cassette.

use super::program_replayer::OpenExchanges;
use super::replay_order::ReplayOrder;
use super::scrub::Scrubber;
use crate::document::PLACEHOLDER;
use crate::redact::Redactor;
use rowsmith_plugin_api::record_replay::{Cassette, ProgramReplay, Replay};
use rowsmith_plugin_api::{Error, HttpRequest, HttpResponse, Result};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Answers requests from a cassette, in recorded order, and opens no connection.
#[derive(Debug)]
pub struct Replayer {
    replay: Replay,
    pub(super) programs: ProgramReplay,
    pub(super) open_exchanges: OpenExchanges,
    pub(super) scrubber: Scrubber,
    pub(super) order: ReplayOrder,
    unrecorded: Mutex<Option<UnrecordedRequest>>,
}

/// A request without a recorded exchange.
#[derive(Debug, Clone)]
pub struct UnrecordedRequest {
    /// Kind and name of the plugin that sent it.
    pub plugin: String,
    /// The error that the plugin received.
    pub error: Error,
}

impl Replayer {
    /// Reads a cassette.
    ///
    /// # Errors
    /// When the folder contains no exchange, or a file is invalid; the error names it.
    pub fn open(folder: &Path, redactor: Redactor) -> Result<Self> {
        // A secret is `[secret]` in the cassette. In a request it may be the placeholder of a missing secret.
        let scrubber = Scrubber::new(redactor).with(PLACEHOLDER);
        let cassette = Cassette::read(folder)?;
        Ok(Self {
            programs: ProgramReplay::new(&cassette, &scrubber),
            replay: Replay::new(cassette, &scrubber),
            open_exchanges: OpenExchanges::default(),
            scrubber,
            order: ReplayOrder::default(),
            unrecorded: Mutex::new(None),
        })
    }

    /// The folder of the cassette.
    pub fn folder(&self) -> &Path {
        self.replay.folder()
    }

    /// Returns the first request without a recorded exchange.
    pub fn first_unrecorded(&self) -> Option<UnrecordedRequest> {
        self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the recorded result of a request.
    ///
    /// # Errors
    /// The recorded error, or an error about a missing exchange.
    pub async fn answer(&self, plugin: &str, request: &HttpRequest) -> Result<HttpResponse> {
        match self.replay.find(Some(plugin), request, &self.scrubber) {
            Ok(exchange) => {
                self.order.wait_turn(exchange.position).await;
                exchange.outcome.into()
            }
            Err(error) => {
                self.keep_unrecorded(plugin, &error);
                Err(error)
            }
        }
    }

    /// Keeps the first request without a recorded exchange.
    pub(super) fn keep_unrecorded(&self, plugin: &str, error: &Error) {
        let mut unrecorded = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        unrecorded.get_or_insert_with(|| UnrecordedRequest { plugin: plugin.to_owned(), error: error.clone() });
    }
}
