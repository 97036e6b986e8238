//! The steps of a program: its lines and the state of its pipes, recorded if the run is.

use crate::lines::{InvalidLine, MAX_LINE_BYTES};
use crate::link::Link;
use crate::pipes::Event;
use crate::protocol::{self, Line, Message, invalid_line};
use crate::recorder::Recorder;
use crate::wait::block_on;
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Host, Result};
use std::time::{Duration, Instant};

/// Time between two checks for cancellation during a wait.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Maximum wait for the last lines of a program that fails.
pub(crate) const LAST_LINES_WAIT: Duration = Duration::from_secs(2);

/// A step of the program.
pub(crate) enum Step {
    Message(Box<Message>),
    /// A log record or progress, which the host has.
    Log,
    OutputClosed,
    /// The line for the program is in its pipe.
    Written,
    InputClosed,
}

/// Checks whether a wait may continue; an error cancels it.
pub type Interrupt = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// A program and its recording.
pub(crate) struct Steps {
    pub(crate) kind: PluginKind,
    pub(crate) title: String,
    pub(crate) interrupt: Interrupt,
    pub(crate) link: Link,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) host: Host,
    /// True if the end of the output was reported during a write.
    pub(crate) is_output_closed: bool,
}

impl Steps {
    /// Waits for a step; `None` at the deadline.
    pub(crate) fn next(&mut self, deadline: Instant) -> Result<Option<Step>> {
        if !self.is_output_closed {
            return self.wait_for_step(deadline);
        }
        // The end of the output is reported once, and a write has read it.
        let rest = self.link.next(Duration::ZERO);
        rest.map_or(Ok(Step::OutputClosed), |event| self.read(event)).map(Some)
    }

    /// As [`Steps::next`], during a write.
    pub(crate) fn wait_for_step(&mut self, deadline: Instant) -> Result<Option<Step>> {
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            if let Some(event) = self.link.next(rest.min(POLL_INTERVAL)) {
                return self.read(event).map(Some);
            }
            (self.interrupt)()?;
            if let Some(error) = self.link.idle_error(&self.title) {
                return Err(error);
            }
            if rest.is_zero() && self.link.has_deadlines() {
                return Ok(None);
            }
        }
    }

    /// Reads an event. Parses a line and writes log records to the log.
    pub(crate) fn read(&mut self, event: Event) -> Result<Step> {
        let line = match event {
            Event::Line(line) => line,
            Event::Invalid(line) => return Err(self.line_error(&line)),
            Event::Failed(error) => return Err(*error),
            Event::OutputClosed => return Ok(Step::OutputClosed),
            Event::Written => return Ok(Step::Written),
            Event::InputClosed => return Ok(Step::InputClosed),
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.received(&line);
        }
        match protocol::parse(&self.title, &line)? {
            Line::Message(message) => Ok(Step::Message(Box::new(message))),
            Line::Error(error) => Err(error),
            Line::Log { level, message } => {
                protocol::write_log(&self.title, &level, &message);
                Ok(Step::Log)
            }
            Line::Progress(progress) => {
                // Progress is for display; a host without a display does not accept it.
                drop(block_on(self.host.progress(progress)));
                Ok(Step::Log)
            }
        }
    }

    /// The error of a program that closed one of its pipes: the one that it reports, else its exit.
    pub(crate) fn final_error(&mut self) -> Error {
        self.link.close();
        let deadline = Instant::now() + LAST_LINES_WAIT;
        loop {
            match self.next(deadline) {
                Ok(Some(Step::OutputClosed) | None) => break,
                Ok(Some(_)) => {}
                Err(error) => return error,
            }
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        self.link.wait_for_exit(self.kind, &self.title, rest).map_or_else(
            || Error::new(ErrorKind::InvalidData, format!("`{}` closed its pipes but did not exit", self.title)),
            |exit| exit.error,
        )
    }

    fn line_error(&self, line: &InvalidLine) -> Error {
        match line {
            InvalidLine::TooLong(start) => {
                invalid_line(&self.title, &format!("exceeds {} MiB", MAX_LINE_BYTES >> 20), start)
            }
            InvalidLine::NotUtf8(start) => invalid_line(&self.title, "is not UTF-8", start),
        }
    }
}
