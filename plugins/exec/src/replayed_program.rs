//! A program that the host replays from a recording.

use crate::pipes::Event;
use crate::wait::poll_for;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Host, Result};
use rowsmith_plugin_api::program::{ProgramEvent, ReplayRequest, ReplayedLines};
use std::collections::VecDeque;
use std::time::Duration;

/// A recorded program with the events of a running one.
pub(crate) struct ReplayedProgram {
    host: Host,
    command: Vec<String>,
    exchange: Option<u64>,
    /// The call to the host, and whether it sends a line.
    call: Option<(BoxFuture<Result<ReplayedLines>>, bool)>,
    events: VecDeque<Event>,
    /// True if the host has further events.
    more: bool,
    has_ended: bool,
}

impl ReplayedProgram {
    pub(crate) fn new(host: Host, command: Vec<String>) -> Self {
        Self { host, command, exchange: None, call: None, events: VecDeque::new(), more: false, has_ended: false }
    }

    /// Sends a line. [`ReplayedProgram::next`] reports [`Event::Written`].
    pub(crate) fn write(&mut self, line: String) {
        if self.has_ended {
            // The line begins the next exchange.
            (self.exchange, self.has_ended) = (None, false);
        }
        self.call = Some((self.replay(vec![line]), true));
    }

    /// Returns the next event; `None` on timeout, and when the program waits for a line.
    pub(crate) fn next(&mut self, wait: Duration) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        if self.call.is_none() {
            if self.has_ended {
                return Some(Event::OutputClosed);
            }
            if !self.more {
                return None;
            }
            self.call = Some((self.replay(Vec::new()), false));
        }
        let (call, is_line) = self.call.as_mut()?;
        let (result, is_line) = (poll_for(call.as_mut(), wait)?, *is_line);
        self.call = None;
        match result {
            Ok(lines) => self.take(lines, is_line),
            Err(error) => {
                self.has_ended = true;
                self.events.push_back(Event::Failed(Box::new(error)));
            }
        }
        self.events.pop_front()
    }

    /// Returns the error of a wait for a program that waits for a line itself.
    pub(crate) fn idle_error(&self, title: &str) -> Option<Error> {
        let is_idle = self.call.is_none() && self.events.is_empty() && !self.more && !self.has_ended;
        is_idle.then(|| {
            Error::new(ErrorKind::BadRequest, format!("the recording of `{title}` has no answer to the last line"))
        })
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    fn replay(&self, sent: Vec<String>) -> BoxFuture<Result<ReplayedLines>> {
        let request = ReplayRequest { exchange: self.exchange, command: self.command.clone(), sent };
        let host = self.host.clone();
        Box::pin(async move { host.replay_lines(&request).await })
    }

    fn take(&mut self, lines: ReplayedLines, is_line: bool) {
        self.exchange = Some(lines.exchange);
        self.more = lines.more;
        if is_line {
            self.events.push_back(Event::Written);
        }
        for event in lines.events {
            match event {
                ProgramEvent::Received(line) => self.events.push_back(Event::Line(line)),
                ProgramEvent::Ended(end) => {
                    self.has_ended = true;
                    self.events.extend(end.error.map(|error| Event::Failed(Box::new(error))));
                }
                ProgramEvent::Sent(_) => {}
            }
        }
    }
}
