//! The lines between a plugin and its program, as the host records and replays them.

use crate::error::{Error, Result};
use crate::host::{Host, operation, query};
use rowsmith_abi::Buffer;
use serde::{Deserialize, Serialize};

/// Use of the recording of lines in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineRecording {
    /// Lines are not recorded. Hosts before version 0.3 know only this.
    #[default]
    Off,
    /// The plugin starts its program, and sends the lines to the host with [`Host::record_lines`].
    Record,
    /// The plugin starts no program. [`Host::replay_lines`] answers in its place.
    Replay,
}

impl LineRecording {
    /// The value of the query [`query::LINE_RECORDING`].
    pub const fn number(self) -> u64 {
        match self {
            Self::Off => 0,
            Self::Record => 1,
            Self::Replay => 2,
        }
    }
}

/// An event of an exchange with a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramEvent {
    /// The plugin sent a line.
    Sent(String),
    /// The program wrote a line.
    Received(String),
    /// The exchange ended.
    Ended(ExchangeEnd),
}

/// The end of an exchange.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExchangeEnd {
    /// Duration in seconds.
    pub seconds: f64,
    /// The error, unless the exchange succeeded or a line of the program reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// Events for the recording.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecordedLines {
    /// The exchange; `None` begins one.
    pub exchange: Option<u64>,
    /// The program and its arguments, without the environment.
    pub command: Vec<String>,
    /// Events since the last call, in order. The first of an exchange is a sent line, the last one its end.
    pub events: Vec<ProgramEvent>,
}

/// Lines for a recorded program.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReplayRequest {
    /// The exchange; `None` begins one.
    pub exchange: Option<u64>,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Lines that the program would receive, in order. None asks for further events only.
    pub sent: Vec<String>,
}

/// Events of a recorded program.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReplayedLines {
    /// The exchange.
    pub exchange: u64,
    /// Lines of the program and its end, in order.
    pub events: Vec<ProgramEvent>,
    /// True if further events are available before the next line to the program.
    pub more: bool,
}

impl Host {
    /// Returns whether the lines of programs are recorded or replayed.
    pub fn line_recording(&self) -> LineRecording {
        let number = self.services().query(query::LINE_RECORDING);
        let known = [LineRecording::Record, LineRecording::Replay];
        known.into_iter().find(|mode| mode.number() == number).unwrap_or_default()
    }

    /// Records events of an exchange, and returns its number. An exchange that never ends counts as cut off.
    ///
    /// The lines of one call are one exchange: a question and its answer, or everything from the start of a program to its
    /// end. The host removes secrets.
    ///
    /// # Errors
    /// If the host cannot be reached. The plugin continues without a recording.
    pub async fn record_lines(&self, lines: &RecordedLines) -> Result<u64> {
        let reply = self.call(operation::RECORD_LINES, Buffer::from(serde_json::to_vec(lines)?)).await?;
        Ok(serde_json::from_slice(&reply)?)
    }

    /// Compares lines with those of the recording, and returns the events that followed them.
    ///
    /// An exchange is found by its command and its first line. JSON lines are compared by value; the key `id` of a line,
    /// and the division of `rows` into lines, do not matter.
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`](crate::ErrorKind::BadRequest) if a line differs from the recorded one. The message
    /// names the difference.
    pub async fn replay_lines(&self, request: &ReplayRequest) -> Result<ReplayedLines> {
        let reply = self.call(operation::REPLAY_LINES, Buffer::from(serde_json::to_vec(request)?)).await?;
        Ok(serde_json::from_slice(&reply)?)
    }
}
