//! Lines of programs from a cassette.

use super::replayer::Replayer;
use rowsmith_plugin_api::program::{ReplayRequest, ReplayedLines};
use rowsmith_plugin_api::record_replay::ProgramExchange;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The exchanges that are replayed at the moment.
#[derive(Debug, Default)]
pub(super) struct OpenExchanges(Mutex<Exchanges>);

#[derive(Debug, Default)]
struct Exchanges {
    last: u64,
    open: HashMap<u64, Arc<Mutex<ProgramExchange>>>,
}

impl OpenExchanges {
    fn add(&self, exchange: ProgramExchange) -> u64 {
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.last += 1;
        let number = exchanges.last;
        exchanges.open.insert(number, Arc::new(Mutex::new(exchange)));
        number
    }

    fn get(&self, number: u64) -> Result<Arc<Mutex<ProgramExchange>>> {
        let exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = || Error::new(ErrorKind::BadRequest, format!("no exchange {number} is being replayed"));
        exchanges.open.get(&number).map(Arc::clone).ok_or_else(unknown)
    }

    fn remove(&self, number: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&number);
    }
}

impl Replayer {
    /// Returns whether the cassette has the lines of a program.
    pub fn has_programs(&self) -> bool {
        !self.programs.is_empty()
    }

    /// Returns the recorded events that followed these lines.
    ///
    /// # Errors
    /// An error about a line that is not recorded.
    pub async fn replay_lines(&self, plugin: &str, request: &ReplayRequest) -> Result<ReplayedLines> {
        let (number, rest) = match (request.exchange, request.sent.split_first()) {
            (Some(number), _) => (number, request.sent.as_slice()),
            (None, Some((first, rest))) => {
                let exchange = self.programs.begin(Some(plugin), &request.command, first, &self.scrubber);
                let exchange = exchange.inspect_err(|error| self.keep_unrecorded(plugin, error))?;
                if let Some(position) = exchange.position() {
                    self.order.wait_turn(position).await;
                }
                (self.open_exchanges.add(exchange), rest)
            }
            (None, None) => return Err(Error::new(ErrorKind::BadRequest, "an exchange begins with a line")),
        };
        let replayed = self.replay_events(number, rest);
        if replayed.as_ref().map_or(true, |(_, has_ended)| *has_ended) {
            self.open_exchanges.remove(number);
        }
        replayed.map(|(lines, _)| lines).inspect_err(|error| self.keep_unrecorded(plugin, error))
    }

    /// Returns the events after these lines, and whether the exchange has ended.
    fn replay_events(&self, number: u64, sent: &[String]) -> Result<(ReplayedLines, bool)> {
        let exchange = self.open_exchanges.get(number)?;
        let mut exchange = exchange.lock().unwrap_or_else(PoisonError::into_inner);
        let mut events = Vec::new();
        for line in sent {
            exchange.send(line, &self.scrubber, &mut events)?;
        }
        let more = exchange.receive(&mut events)?;
        Ok((ReplayedLines { exchange: number, events, more }, exchange.has_ended()))
    }
}
