//! The connection to one running program, from its start to its exit.

use crate::launch::{Launch, Timeouts, start_error};
use crate::lines::{InvalidLine, MAX_LINE_BYTES};
use crate::pipes::{Event, Pipes};
use crate::program_error::exit_error;
use crate::protocol::{self, Done, Line, Message, Ready, invalid_line, unexpected_message};
use crate::stderr::StderrTail;
use rowsmith_child::{Child, Spawned};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Time between two checks for cancellation during a wait.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Wait of [`Connection::try_receive`] for a line.
const TRY_WAIT: Duration = Duration::from_millis(20);
/// Maximum wait for the last lines of a program that fails.
const LAST_LINES_WAIT: Duration = Duration::from_secs(2);
/// Maximum lines of a program during one write to it. More are a fault of the program.
const MAX_QUEUED: usize = 1024;

/// Checks whether a wait may continue; an error cancels it.
pub type Interrupt = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// A running program that is ready. Dropping it kills the program.
pub struct Connection {
    kind: PluginKind,
    title: String,
    timeouts: Timeouts,
    interrupt: Interrupt,
    child: Child,
    pipes: Pipes,
    stderr: StderrTail,
    /// Messages that arrived during a write.
    queued: VecDeque<Message>,
}

impl Connection {
    /// Starts the program, sends the first line, and waits until it is ready.
    ///
    /// # Errors
    /// If it cannot be started, rejects its config, exits, or is not ready in time.
    pub fn start(launch: &Launch, task: &str, interrupt: Interrupt) -> Result<(Self, Ready)> {
        launch.options.check()?;
        let title = launch.title();
        let stderr = StderrTail::default();
        let spawned = launch.program().spawn(stderr.listener(title.clone()));
        let Spawned { child, stdin, stdout } = spawned.map_err(|error| start_error(&error))?;
        let pipes = Pipes::start(stdin, stdout)
            .map_err(|error| Error::new(ErrorKind::Io, format!("cannot start the threads for `{title}`: {error}")))?;
        let (kind, timeouts, queued) = (launch.kind, launch.timeouts, VecDeque::new());
        let mut connection = Self { kind, title, timeouts, interrupt, child, pipes, stderr, queued };
        let ready = connection.handshake(protocol::first_line(launch, task))?;
        Ok((connection, ready))
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
            other => Err(unexpected_message(&self.title, &other, "`ready`")),
        }
    }

    /// Replaces the check for cancellation.
    pub(crate) fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    /// The command for messages.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns whether the program is running.
    pub fn is_alive(&self) -> bool {
        self.child.ended().is_none()
    }

    /// Sends a line to the program.
    ///
    /// # Errors
    /// If the program does not read it in time, has exited, or reports an error.
    pub fn send(&mut self, line: String) -> Result<()> {
        let timeout = self.timeouts.answer;
        let on_timeout = |title: &str| timeout_error(title, "read its input", timeout);
        self.send_until(line, Instant::now() + timeout, &on_timeout)
    }

    /// Receives the next message of the program.
    ///
    /// # Errors
    /// If no message arrives in time, if it is invalid, or if the program exits or reports an error.
    pub fn receive(&mut self) -> Result<Message> {
        let timeout = self.timeouts.answer;
        let on_timeout = |title: &str| timeout_error(title, "answer", timeout);
        self.receive_until(Instant::now() + timeout, &on_timeout)
    }

    /// Receives the next message if it arrives within a few milliseconds, so that the caller can pass on what it has.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn try_receive(&mut self) -> Result<Option<Message>> {
        if let Some(message) = self.queued.pop_front() {
            return Ok(Some(message));
        }
        let deadline = Instant::now() + TRY_WAIT;
        // Lines that have arrived are read after the deadline as well, but not without limit.
        for _ in 0..MAX_QUEUED {
            match self.pipes.next(deadline.saturating_duration_since(Instant::now())) {
                Some(Event::Line(line)) => {
                    if let Some(message) = self.handle_line(&line)? {
                        return Ok(Some(message));
                    }
                }
                Some(Event::Invalid(line)) => return Err(self.line_error(&line)),
                Some(Event::OutputClosed) => return Err(self.final_error()),
                Some(Event::Written | Event::InputClosed) => {}
                None => break,
            }
        }
        Ok(None)
    }

    /// Receives the next message, which must be `done`.
    ///
    /// # Errors
    /// As [`Connection::receive`], and for any other message.
    pub fn receive_done(&mut self) -> Result<Done> {
        match self.receive()? {
            Message::Done(done) => Ok(done),
            other => Err(unexpected_message(&self.title, &other, "`done`")),
        }
    }

    /// Closes the program's input and waits for its exit.
    ///
    /// # Errors
    /// If it reports an error, or exits with another code than 0.
    pub fn finish(mut self) -> Result<()> {
        self.pipes.close();
        let deadline = Instant::now() + self.timeouts.grace;
        while let Some(event) = self.next(deadline)? {
            match event {
                Event::Line(line) => drop(self.handle_line(&line)?),
                Event::Invalid(line) => return Err(self.line_error(&line)),
                Event::OutputClosed => break,
                Event::Written | Event::InputClosed => {}
            }
        }
        match self.child.wait_for(deadline.saturating_duration_since(Instant::now())) {
            Some(ended) if ended.is_success() => Ok(()),
            Some(ended) => Err(exit_error(self.kind, &self.title, ended, &self.stderr.get())),
            None => {
                log::warn!(target: &self.title, "`{}` is done but does not exit; killing it", self.title);
                Ok(())
            }
        }
    }

    /// Closes the program's input, gives it time to exit, then kills it.
    pub fn shut_down(mut self) {
        self.pipes.close();
        let deadline = Instant::now() + self.timeouts.grace;
        // Reads and drops its output, because a full pipe would keep it from exiting.
        while self.is_alive() && Instant::now() < deadline {
            if let Some(Event::OutputClosed | Event::Invalid(_)) = self.pipes.next(POLL_INTERVAL) {
                break;
            }
        }
        self.child.end(deadline.saturating_duration_since(Instant::now()));
    }

    fn send_until(&mut self, line: String, deadline: Instant, on_timeout: &dyn Fn(&str) -> Error) -> Result<()> {
        if !self.pipes.write(line) {
            return Err(self.final_error());
        }
        loop {
            match self.next(deadline)? {
                Some(Event::Written) => return Ok(()),
                Some(Event::InputClosed | Event::OutputClosed) => return Err(self.final_error()),
                Some(Event::Invalid(line)) => return Err(self.line_error(&line)),
                Some(Event::Line(line)) => {
                    let message = self.handle_line(&line)?;
                    self.queued.extend(message);
                    if self.queued.len() > MAX_QUEUED {
                        return Err(invalid_line(&self.title, "was not requested", &line));
                    }
                }
                None => return Err(on_timeout(&self.title)),
            }
        }
    }

    fn receive_until(&mut self, deadline: Instant, on_timeout: &dyn Fn(&str) -> Error) -> Result<Message> {
        if let Some(message) = self.queued.pop_front() {
            return Ok(message);
        }
        loop {
            match self.next(deadline)? {
                Some(Event::Line(line)) => {
                    if let Some(message) = self.handle_line(&line)? {
                        return Ok(message);
                    }
                }
                Some(Event::Invalid(line)) => return Err(self.line_error(&line)),
                Some(Event::OutputClosed) => return Err(self.final_error()),
                Some(Event::Written | Event::InputClosed) => {}
                None => return Err(on_timeout(&self.title)),
            }
        }
    }

    /// Waits for an event; `None` at the deadline.
    fn next(&self, deadline: Instant) -> Result<Option<Event>> {
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            if let Some(event) = self.pipes.next(rest.min(POLL_INTERVAL)) {
                return Ok(Some(event));
            }
            (self.interrupt)()?;
            if rest.is_zero() {
                return Ok(None);
            }
        }
    }

    /// Parses a line and writes log records to the log.
    fn handle_line(&self, line: &str) -> Result<Option<Message>> {
        match protocol::parse(&self.title, line)? {
            Line::Message(message) => Ok(Some(message)),
            Line::Error(error) => Err(error),
            Line::Log { level, message } => {
                let level = level.parse().unwrap_or(log::Level::Info);
                log::log!(target: &self.title, level, "{message}");
                Ok(None)
            }
        }
    }

    /// The error of a program that closed one of its pipes: the one that it reports, else its exit.
    fn final_error(&mut self) -> Error {
        self.pipes.close();
        let deadline = Instant::now() + LAST_LINES_WAIT;
        loop {
            match self.next(deadline) {
                Ok(Some(Event::Line(line))) => {
                    if let Err(error) = self.handle_line(&line) {
                        return error;
                    }
                }
                Ok(Some(Event::Invalid(line))) => return self.line_error(&line),
                Ok(Some(Event::Written | Event::InputClosed)) => {}
                Ok(Some(Event::OutputClosed) | None) => break,
                Err(error) => return error,
            }
        }
        let ended = self.child.wait_for(deadline.saturating_duration_since(Instant::now()));
        ended.map_or_else(
            || Error::new(ErrorKind::InvalidData, format!("`{}` closed its pipes but did not exit", self.title)),
            |ended| exit_error(self.kind, &self.title, ended, &self.stderr.get()),
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

fn timeout_error(title: &str, action: &str, timeout: Duration) -> Error {
    Error::new(ErrorKind::Retryable, format!("`{title}` did not {action} within {} s", timeout.as_secs()))
        .hint("flush the output after each line; increase `timeout_secs` if the program needs more time")
}
