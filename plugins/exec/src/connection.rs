//! The connection to one running program, from its start to its exit.

use crate::launch::{Launch, Timeouts};
use crate::link::{Exit, Link};
use crate::pipes::Event;
use crate::protocol::{self, Done, Message, Ready, TARGET_TASK, unexpected_message};
use crate::recorder::Recorder;
use crate::steps::{Interrupt, LAST_LINES_WAIT, POLL_INTERVAL, Step, Steps};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use rowsmith_plugin_api::program::LineRecording;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Wait of [`Connection::try_receive`] for a line.
const TRY_WAIT: Duration = Duration::from_millis(20);
/// Maximum lines of a program during one write to it. More are a fault of the program.
const MAX_QUEUED: usize = 1024;

/// A running program that is ready. Dropping it kills the program.
pub struct Connection {
    steps: Steps,
    timeouts: Timeouts,
    /// Messages that arrived during a write.
    queued: VecDeque<Message>,
}

impl Connection {
    /// Starts the program, sends the first line, and waits until it is ready.
    ///
    /// # Errors
    /// If it cannot be started, rejects its config, exits, or is not ready in time.
    pub fn start(launch: &Launch, task: &str, interrupt: Interrupt) -> Result<(Self, Ready)> {
        let (mut connection, ready) = Self::open(launch, task, interrupt, Recorder::of(launch))?;
        // The lines of a scraper are one exchange, from the start to the end of the program.
        if launch.kind != PluginKind::Scraper {
            connection.end_exchange(None);
        }
        Ok((connection, ready))
    }

    /// Starts the program again. Its first lines are not recorded, since they equal those of the first start.
    ///
    /// # Errors
    /// As [`Connection::start`].
    pub(crate) fn restart(launch: &Launch, task: &str, interrupt: Interrupt) -> Result<(Self, Ready)> {
        let (mut connection, ready) = Self::open(launch, task, interrupt, None)?;
        connection.steps.recorder = Recorder::of(launch);
        Ok((connection, ready))
    }

    fn open(launch: &Launch, task: &str, interrupt: Interrupt, recorder: Option<Recorder>) -> Result<(Self, Ready)> {
        launch.options.check()?;
        let first_line = protocol::first_line(launch, task);
        let opened = Link::open(launch);
        let link = opened.inspect_err(|error| {
            // A program that does not start is part of the recording too.
            if let Some(mut recorder) = Recorder::of(launch).filter(|_| recorder.is_some()) {
                recorder.sent(&first_line);
                recorder.end(Some(error));
            }
        })?;
        let (kind, title) = (launch.kind, launch.title());
        let host = launch.host.clone();
        let steps = Steps { kind, title, interrupt, link, recorder, host, is_output_closed: false };
        let mut connection = Self { steps, timeouts: launch.timeouts, queued: VecDeque::new() };
        let ready = connection.handshake(first_line);
        connection.noted(ready).map(|ready| (connection, ready))
    }

    fn handshake(&mut self, first_line: String) -> Result<Ready> {
        let timeout = self.timeouts.start;
        let on_timeout = |title: &str| {
            let message = format!("`{title}` was not ready within {} s", timeout.as_secs());
            Error::new(ErrorKind::Retryable, message).hint(
                "answer the first line with {\"ready\": 1} and a line feed, and flush the output; \
                 increase `start_timeout_secs` if the program needs more time",
            )
        };
        let deadline = Instant::now() + timeout;
        self.send_until(first_line, deadline, &on_timeout)?;
        match self.receive_until(deadline, &on_timeout)? {
            Message::Ready(ready) => Ok(ready),
            other => Err(unexpected_message(&self.steps.title, &other, "`ready`")),
        }
    }

    /// Ends the recorded exchange, if the run is recorded. The next line to the program begins another.
    pub(crate) fn end_exchange(&mut self, error: Option<&Error>) {
        if let Some(recorder) = &mut self.steps.recorder {
            recorder.end(error);
        }
    }

    /// Records the error of a step, which ends the exchange.
    fn noted<T>(&mut self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| self.end_exchange(Some(error)))
    }

    /// Asks an exporter program for its existing target; `None` if it does not say. A program that ignores the task exits
    /// with its input.
    ///
    /// # Errors
    /// As [`Connection::start`].
    pub fn target_has_rows(launch: &Launch) -> Result<Option<bool>> {
        if launch.host.line_recording() == LineRecording::Replay {
            return Ok(None);
        }
        let (connection, ready) = Self::open(launch, TARGET_TASK, Box::new(|| Ok(())), None)?;
        connection.shut_down();
        Ok(ready.has_rows)
    }

    /// Ends the recording. Later lines depend on earlier runs or on the end of this one.
    pub fn end_recording(&mut self) {
        self.end_exchange(None);
        self.steps.recorder = None;
    }

    /// Sends a line that is neither recorded nor replayed, because it depends on earlier runs.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub fn send_unrecorded(&mut self, line: String) -> Result<()> {
        if self.is_replayed() {
            return Ok(());
        }
        let recorder = self.steps.recorder.take();
        let sent = self.send(line);
        self.steps.recorder = recorder;
        self.noted(sent)
    }

    /// Returns true if a recording takes the place of the program.
    pub fn is_replayed(&self) -> bool {
        !self.steps.link.has_deadlines()
    }

    /// Replaces the check for cancellation.
    pub fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.steps.interrupt = interrupt;
    }

    /// The command for messages.
    pub fn title(&self) -> &str {
        &self.steps.title
    }

    /// Returns whether the program is running.
    pub fn is_alive(&self) -> bool {
        self.steps.link.is_alive()
    }

    /// Sends a line to the program.
    ///
    /// # Errors
    /// If the program does not read it in time, has exited, or reports an error.
    pub fn send(&mut self, line: String) -> Result<()> {
        let timeout = self.timeouts.answer;
        let on_timeout = |title: &str| timeout_error(title, "read its input", timeout);
        let sent = self.send_until(line, Instant::now() + timeout, &on_timeout);
        self.noted(sent)
    }

    /// Receives the next message of the program.
    ///
    /// # Errors
    /// If no message arrives in time, if it is invalid, or if the program exits or reports an error.
    pub fn receive(&mut self) -> Result<Message> {
        let timeout = self.timeouts.answer;
        let on_timeout = |title: &str| timeout_error(title, "answer", timeout);
        let received = self.receive_until(Instant::now() + timeout, &on_timeout);
        self.noted(received)
    }

    /// Receives the next message if it arrives within a few milliseconds, so that the caller can pass on what it has.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn try_receive(&mut self) -> Result<Option<Message>> {
        let received = self.receive_available();
        self.noted(received)
    }

    /// Receives the next message, which must be `done`.
    ///
    /// # Errors
    /// As [`Connection::receive`], and for any other message.
    pub fn receive_done(&mut self) -> Result<Done> {
        match self.receive()? {
            Message::Done(done) => Ok(done),
            other => Err(unexpected_message(&self.steps.title, &other, "`done`")),
        }
    }

    /// Closes the program's input and waits for its exit.
    ///
    /// # Errors
    /// If it reports an error, or exits with another code than 0.
    pub fn finish(mut self) -> Result<()> {
        let finished = self.wait_for_end();
        let finished = self.noted(finished);
        self.end_exchange(None);
        finished
    }

    /// Closes the program's input, gives it time to exit, then kills it.
    pub fn shut_down(mut self) {
        self.steps.link.close();
        let deadline = Instant::now() + self.timeouts.grace;
        // Reads and drops its output, because a full pipe would keep it from exiting.
        while self.is_alive() && Instant::now() < deadline {
            if let Some(Event::OutputClosed | Event::Invalid(_) | Event::Failed(_)) =
                self.steps.link.next(POLL_INTERVAL)
            {
                break;
            }
        }
        self.steps.link.end(deadline.saturating_duration_since(Instant::now()));
    }

    fn send_until(&mut self, line: String, deadline: Instant, on_timeout: &dyn Fn(&str) -> Error) -> Result<()> {
        if let Some(recorder) = &mut self.steps.recorder {
            recorder.sent(&line);
        }
        if !self.steps.link.write(line) {
            return Err(self.steps.final_error());
        }
        let mut deadline = deadline;
        loop {
            match self.steps.wait_for_step(deadline)? {
                Some(Step::Written) => return Ok(()),
                // A program may write its last line before the thread that writes reports that the program has read.
                Some(Step::OutputClosed) if !self.steps.is_output_closed => {
                    self.steps.is_output_closed = true;
                    deadline = deadline.min(Instant::now() + LAST_LINES_WAIT);
                }
                Some(Step::InputClosed | Step::OutputClosed) => return Err(self.steps.final_error()),
                None if self.steps.is_output_closed => return Err(self.steps.final_error()),
                Some(Step::Message(_)) if self.queued.len() == MAX_QUEUED => {
                    let message = format!("`{}` wrote {MAX_QUEUED} lines that were not requested", self.steps.title);
                    return Err(Error::new(ErrorKind::InvalidData, message));
                }
                Some(Step::Message(message)) => self.queued.push_back(*message),
                Some(Step::Log) => {}
                None => return Err(on_timeout(&self.steps.title)),
            }
        }
    }

    fn receive_until(&mut self, deadline: Instant, on_timeout: &dyn Fn(&str) -> Error) -> Result<Message> {
        if let Some(message) = self.queued.pop_front() {
            return Ok(message);
        }
        loop {
            match self.steps.next(deadline)? {
                Some(Step::Message(message)) => return Ok(*message),
                Some(Step::OutputClosed) => return Err(self.steps.final_error()),
                Some(Step::Written | Step::InputClosed | Step::Log) => {}
                None => return Err(on_timeout(&self.steps.title)),
            }
        }
    }

    fn receive_available(&mut self) -> Result<Option<Message>> {
        if let Some(message) = self.queued.pop_front() {
            return Ok(Some(message));
        }
        let deadline = Instant::now() + TRY_WAIT;
        // Lines that have arrived are read after the deadline as well, but not without limit.
        for _ in 0..MAX_QUEUED {
            if self.steps.is_output_closed {
                return Err(self.steps.final_error());
            }
            let Some(event) = self.steps.link.next(deadline.saturating_duration_since(Instant::now())) else { break };
            match self.steps.read(event)? {
                Step::Message(message) => return Ok(Some(*message)),
                Step::OutputClosed => return Err(self.steps.final_error()),
                Step::Written | Step::InputClosed | Step::Log => {}
            }
        }
        if let Some(recorder) = &mut self.steps.recorder {
            recorder.send_pending();
        }
        Ok(None)
    }

    fn wait_for_end(&mut self) -> Result<()> {
        self.steps.link.close();
        let deadline = Instant::now() + self.timeouts.grace;
        while let Some(step) = self.steps.next(deadline)? {
            if matches!(step, Step::OutputClosed) {
                break;
            }
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        let exit = self.steps.link.wait_for_exit(self.steps.kind, &self.steps.title, rest);
        if exit.is_none() {
            log::warn!(target: &self.steps.title, "`{}` is done but does not exit; killing it", self.steps.title);
        }
        exit.map_or(Ok(()), Exit::into_result)
    }
}

fn timeout_error(title: &str, action: &str, timeout: Duration) -> Error {
    Error::new(ErrorKind::Retryable, format!("`{title}` did not {action} within {} s", timeout.as_secs()))
        .hint("flush the output after each line; increase `timeout_secs` if the program needs more time")
}
