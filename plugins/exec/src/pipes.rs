//! The threads that read and write the pipes of a program, so that waits can have a deadline.

use crate::lines::{InvalidLine, MAX_LINE_BYTES, read_line};
use rowsmith_plugin_api::prelude::Error;
use std::io::{self, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Maximum lines that are read ahead. Beyond them the pipe fills up and the program blocks.
const MAX_LINES_AHEAD: usize = 16;

/// An event on one of the pipes.
#[derive(Debug)]
pub(crate) enum Event {
    /// The program wrote a line.
    Line(String),
    /// The program wrote an invalid line. Reading stops.
    Invalid(InvalidLine),
    /// The program closed its output.
    OutputClosed,
    /// The line for the program is in its pipe.
    Written,
    /// The program closed its input.
    InputClosed,
    /// The recorded exchange failed, or the line differs from the recording. Running programs do not report it.
    Failed(Box<Error>),
}

/// Input and output of a program.
#[derive(Debug)]
pub(crate) struct Pipes {
    input: Option<SyncSender<String>>,
    events: Receiver<Event>,
}

impl Pipes {
    pub(crate) fn start(stdin: ChildStdin, stdout: ChildStdout) -> io::Result<Self> {
        let (sender, events) = sync_channel(MAX_LINES_AHEAD);
        let (input, lines) = sync_channel(1);
        let reader = sender.clone();
        thread::Builder::new().name("exec-read".to_owned()).spawn(move || read(stdout, &reader))?;
        thread::Builder::new().name("exec-write".to_owned()).spawn(move || write(stdin, &lines, &sender))?;
        Ok(Self { input: Some(input), events })
    }

    /// Passes a line to the writing thread, which reports [`Event::Written`]. One line at a time. Returns false if the
    /// input is closed.
    pub(crate) fn write(&self, line: String) -> bool {
        self.input.as_ref().is_some_and(|input| input.send(line).is_ok())
    }

    /// Closes the program's input.
    pub(crate) fn close(&mut self) {
        self.input = None;
    }

    /// Waits for the next event; `None` on timeout.
    pub(crate) fn next(&self, wait: Duration) -> Option<Event> {
        match self.events.recv_timeout(wait) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            // Both threads have ended, and all their events are received.
            Err(RecvTimeoutError::Disconnected) => Some(Event::OutputClosed),
        }
    }
}

/// Reads lines until the output ends, a line is invalid, or the receiver is dropped.
fn read(stdout: ChildStdout, events: &SyncSender<Event>) {
    let mut output = BufReader::with_capacity(64 << 10, stdout);
    while let Some(line) = read_line(&mut output, MAX_LINE_BYTES) {
        let is_invalid = line.is_err();
        if events.send(line.map_or_else(Event::Invalid, Event::Line)).is_err() || is_invalid {
            return;
        }
    }
    // A dropped receiver needs no event.
    drop(events.send(Event::OutputClosed));
}

/// Writes lines until the sender is dropped, which closes the program's input, or until a write fails.
fn write(mut stdin: ChildStdin, lines: &Receiver<String>, events: &SyncSender<Event>) {
    for mut line in lines {
        line.push('\n');
        let is_written = stdin.write_all(line.as_bytes()).is_ok();
        let event = if is_written { Event::Written } else { Event::InputClosed };
        if events.send(event).is_err() || !is_written {
            return;
        }
    }
}
