//! One conversation with one program, from its start to its end.

use crate::failure;
use crate::launch::{Launch, Limits, not_started};
use crate::lines::BadLine;
use crate::pipes::{Event, Pipes};
use crate::stderr::LastLines;
use crate::wire::{self, Done, Line, Message, Ready, not_a_message, out_of_turn};
use rowsmith_child::{Child, Spawned};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How often a wait looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);
/// A line that takes longer does not come at once.
const SOON: Duration = Duration::from_millis(20);
/// How long the last words of a program that fails are waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// So many lines may come while the program is given one; a program that talks on without being asked is broken.
const MAX_WAITING: usize = 1024;

/// Says whether a wait is still wanted; an error ends it.
pub type Interrupt = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// A program that is running and has said that it is ready. Dropping it kills the program.
pub struct Connection {
    kind: PluginKind,
    title: String,
    limits: Limits,
    interrupt: Interrupt,
    child: Child,
    pipes: Pipes,
    last_lines: LastLines,
    /// Lines that came while the program was given one.
    waiting: VecDeque<Message>,
}

impl Connection {
    /// Starts the program, tells it what to do, and waits until it is ready.
    ///
    /// # Errors
    /// When it cannot be started, refuses its config, ends, or is not ready in time.
    pub fn start(launch: &Launch, task: &str, interrupt: Interrupt) -> Result<(Self, Ready)> {
        launch.check()?;
        let title = launch.title();
        let last_lines = LastLines::default();
        let spawned = launch.program().spawn(last_lines.listener(title.clone()));
        let Spawned { child, stdin, stdout } = spawned.map_err(|error| not_started(&error))?;
        let pipes = Pipes::start(stdin, stdout)
            .map_err(|error| Error::new(ErrorKind::Io, format!("cannot talk to `{title}`: {error}")))?;
        let limits = launch.limits;
        let waiting = VecDeque::new();
        let mut connection = Self { kind: launch.kind, title, limits, interrupt, child, pipes, last_lines, waiting };
        let ready = connection.greet(wire::hello(launch, task))?;
        Ok((connection, ready))
    }

    fn greet(&mut self, hello: String) -> Result<Ready> {
        let limit = self.limits.start;
        let late = |title: &str| {
            let message = format!("`{title}` was not ready within {} s", limit.as_secs());
            Error::new(ErrorKind::Retryable, message).hint(
                "a program answers its first line with {\"ready\": 1}, ends each line, and flushes its output; \
                 `start_timeout_secs` gives it more time",
            )
        };
        let deadline = Instant::now() + limit;
        self.send_until(hello, deadline, &late)?;
        match self.receive_until(deadline, &late)? {
            Message::Ready(ready) => Ok(ready),
            other => Err(out_of_turn(&self.title, &other, "`ready`")),
        }
    }

    /// Replaces what ends a wait.
    pub(crate) fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    /// The program as messages name it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether the program is still running.
    pub fn is_alive(&self) -> bool {
        self.child.ended().is_none()
    }

    /// Gives the program a line.
    ///
    /// # Errors
    /// When it does not take it in time, has ended, or says that it failed.
    pub fn send(&mut self, line: String) -> Result<()> {
        let limit = self.limits.answer;
        let late = |title: &str| late(title, "take its input", limit);
        self.send_until(line, Instant::now() + limit, &late)
    }

    /// The next line of the program.
    ///
    /// # Errors
    /// When there is none in time, when it is none of the conversation, or when the program ends or says that it failed.
    pub fn receive(&mut self) -> Result<Message> {
        let limit = self.limits.answer;
        let late = |title: &str| late(title, "answer", limit);
        self.receive_until(Instant::now() + limit, &late)
    }

    /// The next line of the program, if it comes at once: what was gathered so far need not wait for one that does not.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn receive_soon(&mut self) -> Result<Option<Message>> {
        if let Some(message) = self.waiting.pop_front() {
            return Ok(Some(message));
        }
        let deadline = Instant::now() + SOON;
        // What is there already is read after the deadline as well, but not without end.
        for _ in 0..MAX_WAITING {
            match self.pipes.next(deadline.saturating_duration_since(Instant::now())) {
                Some(Event::Line(line)) => {
                    if let Some(message) = self.understand(&line)? {
                        return Ok(Some(message));
                    }
                }
                Some(Event::Bad(bad)) => return Err(self.bad_line(&bad)),
                Some(Event::End) => return Err(self.last_words()),
                Some(Event::Written | Event::Unread) => {}
                None => break,
            }
        }
        Ok(None)
    }

    /// Tells the program that no more comes, and waits for its end.
    ///
    /// # Errors
    /// When it says that it failed, or ends with another exit code than 0.
    pub fn finish(mut self) -> Result<()> {
        self.pipes.close();
        let deadline = Instant::now() + self.limits.grace;
        while let Some(event) = self.next(deadline)? {
            match event {
                Event::Line(line) => drop(self.understand(&line)?),
                Event::Bad(bad) => return Err(self.bad_line(&bad)),
                Event::End => break,
                Event::Written | Event::Unread => {}
            }
        }
        match self.child.wait_for(deadline.saturating_duration_since(Instant::now())) {
            Some(ended) if ended.is_success() => Ok(()),
            Some(ended) => Err(failure::of_end(self.kind, &self.title, ended, &self.last_lines.get())),
            None => {
                log::warn!(target: &self.title, "`{}` was done and did not end; it is killed", self.title);
                Ok(())
            }
        }
    }

    /// Tells the program that no more comes, gives it some time to end, and kills it then.
    pub fn dismiss(mut self) {
        self.pipes.close();
        let deadline = Instant::now() + self.limits.grace;
        // What it says is not wanted any more, but a full pipe would keep it from ending.
        while self.is_alive() && Instant::now() < deadline {
            if let Some(Event::End | Event::Bad(_)) = self.pipes.next(LOOK) {
                break;
            }
        }
        self.child.end(deadline.saturating_duration_since(Instant::now()));
    }

    fn send_until(&mut self, line: String, deadline: Instant, late: &dyn Fn(&str) -> Error) -> Result<()> {
        if !self.pipes.write(line) {
            return Err(self.last_words());
        }
        loop {
            match self.next(deadline)? {
                Some(Event::Written) => return Ok(()),
                Some(Event::Unread | Event::End) => return Err(self.last_words()),
                Some(Event::Bad(bad)) => return Err(self.bad_line(&bad)),
                Some(Event::Line(line)) => {
                    let said = self.understand(&line)?;
                    self.waiting.extend(said);
                    if self.waiting.len() > MAX_WAITING {
                        return Err(not_a_message(&self.title, "nobody asked for", &line));
                    }
                }
                None => return Err(late(&self.title)),
            }
        }
    }

    fn receive_until(&mut self, deadline: Instant, late: &dyn Fn(&str) -> Error) -> Result<Message> {
        if let Some(message) = self.waiting.pop_front() {
            return Ok(message);
        }
        loop {
            match self.next(deadline)? {
                Some(Event::Line(line)) => {
                    if let Some(message) = self.understand(&line)? {
                        return Ok(message);
                    }
                }
                Some(Event::Bad(bad)) => return Err(self.bad_line(&bad)),
                Some(Event::End) => return Err(self.last_words()),
                Some(Event::Written | Event::Unread) => {}
                None => return Err(late(&self.title)),
            }
        }
    }

    /// Waits for an event; `None` when the time is over.
    fn next(&self, deadline: Instant) -> Result<Option<Event>> {
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            if let Some(event) = self.pipes.next(rest.min(LOOK)) {
                return Ok(Some(event));
            }
            (self.interrupt)()?;
            if rest.is_zero() {
                return Ok(None);
            }
        }
    }

    fn understand(&self, line: &str) -> Result<Option<Message>> {
        match wire::read(&self.title, line)? {
            Line::Said(message) => Ok(Some(message)),
            Line::Failed(error) => Err(error),
            Line::Log { level, message } => {
                let level = level.parse().unwrap_or(log::Level::Info);
                log::log!(target: &self.title, level, "{message}");
                Ok(None)
            }
        }
    }

    /// Why a program that closed one of its pipes did so: what it says, or how it ended.
    fn last_words(&mut self) -> Error {
        self.pipes.close();
        let deadline = Instant::now() + LAST_WORDS;
        loop {
            match self.next(deadline) {
                Ok(Some(Event::Line(line))) => {
                    if let Err(error) = self.understand(&line) {
                        return error;
                    }
                }
                Ok(Some(Event::Bad(bad))) => return self.bad_line(&bad),
                Ok(Some(Event::Written | Event::Unread)) => {}
                Ok(Some(Event::End) | None) => break,
                Err(error) => return error,
            }
        }
        let ended = self.child.wait_for(deadline.saturating_duration_since(Instant::now()));
        ended.map_or_else(
            || Error::new(ErrorKind::InvalidData, format!("`{}` closed its pipes and did not end", self.title)),
            |ended| failure::of_end(self.kind, &self.title, ended, &self.last_lines.get()),
        )
    }

    fn bad_line(&self, bad: &BadLine) -> Error {
        match bad {
            BadLine::TooLong(start) => {
                not_a_message(&self.title, &format!("is longer than {} MiB", crate::lines::MAX_LINE_BYTES >> 20), start)
            }
            BadLine::NotUtf8(start) => not_a_message(&self.title, "is not UTF-8", start),
        }
    }

    /// The next line, which must say that the program is done.
    ///
    /// # Errors
    /// As [`Connection::receive`], and when it is another line.
    pub fn receive_done(&mut self) -> Result<Done> {
        match self.receive()? {
            Message::Done(done) => Ok(done),
            other => Err(out_of_turn(&self.title, &other, "`done`")),
        }
    }
}

fn late(title: &str, what: &str, limit: Duration) -> Error {
    Error::new(ErrorKind::Retryable, format!("`{title}` did not {what} within {} s", limit.as_secs()))
        .hint("`timeout_secs` gives it more time; a program has to flush its output after each line")
}
