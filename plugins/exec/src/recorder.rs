//! Sends the lines of a program to the host during `--record`.

use crate::launch::Launch;
use crate::wait::block_on;
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Host, log};
use rowsmith_plugin_api::program::{ExchangeEnd, LineRecording, ProgramEvent, RecordedLines};
use std::time::Instant;

/// Size of the lines that are sent to the host at once, in bytes.
const MAX_PENDING_BYTES: usize = 64 << 10;

/// Records one exchange after the other. An exchange begins with a line to the program.
pub(crate) struct Recorder {
    host: Host,
    command: Vec<String>,
    /// True if lines are sent to the host before the exchange ends. The exchanges of providers are numbered in the order
    /// in which they end, so they are sent then.
    streams: bool,
    /// The number of the exchange, once the host has lines of it.
    exchange: Option<u64>,
    started: Option<Instant>,
    pending: Vec<ProgramEvent>,
    pending_bytes: usize,
}

impl Recorder {
    /// Creates a recorder, if the run is recorded.
    pub(crate) fn of(launch: &Launch) -> Option<Self> {
        (launch.host.line_recording() == LineRecording::Record).then(|| Self {
            host: launch.host.clone(),
            command: launch.options.command.to_vec(),
            streams: launch.kind != PluginKind::Provider,
            exchange: None,
            started: None,
            pending: Vec::new(),
            pending_bytes: 0,
        })
    }

    /// Records a line to the program.
    pub(crate) fn sent(&mut self, line: &str) {
        self.started.get_or_insert_with(Instant::now);
        self.add(ProgramEvent::Sent(line.to_owned()), line.len());
    }

    /// Records a line of the program.
    pub(crate) fn received(&mut self, line: &str) {
        self.add(ProgramEvent::Received(line.to_owned()), line.len());
    }

    /// Ends the exchange, if one has begun. A replay fails at the same position, so a cancelled exchange has an error.
    pub(crate) fn end(&mut self, error: Option<&Error>) {
        let Some(started) = self.started.take() else { return };
        let error = error.map(|error| match error.kind {
            ErrorKind::Cancelled => cancelled(),
            _ => error.clone(),
        });
        // Fractions of a microsecond mean nothing between two processes.
        let seconds = (started.elapsed().as_secs_f64() * 1e6).round() / 1e6;
        self.pending.push(ProgramEvent::Ended(ExchangeEnd { seconds, error }));
        self.flush();
        self.exchange = None;
    }

    fn add(&mut self, event: ProgramEvent, bytes: usize) {
        // Lines after the end, such as those of a program that is shut down, belong to no exchange.
        if self.started.is_none() {
            return;
        }
        self.pending.push(event);
        self.pending_bytes += bytes;
        if self.pending_bytes >= MAX_PENDING_BYTES {
            self.send_pending();
        }
    }

    /// Sends the lines so far, so that they are kept if the run is killed while the program pauses.
    pub(crate) fn send_pending(&mut self) {
        if self.streams && !self.pending.is_empty() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let events = std::mem::take(&mut self.pending);
        self.pending_bytes = 0;
        let lines = RecordedLines { exchange: self.exchange, command: self.command.clone(), events };
        match block_on(self.host.record_lines(&lines)) {
            Ok(number) => self.exchange = Some(number),
            // The recording is incomplete, but the answers of the program are valid.
            Err(error) => log::warn!("cannot record the lines of the program: {error}"),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end(Some(&cancelled()));
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Retryable, "the exchange was cancelled").maybe_billed()
}
