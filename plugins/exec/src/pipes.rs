//! The two threads that read and write, so that whoever waits for them can stop waiting.

use crate::lines::{BadLine, MAX_LINE_BYTES, read_line};
use std::io::{self, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// So many lines may wait to be read. Beyond them the pipe fills up, and the program has to wait.
const LINES_AHEAD: usize = 16;

/// What the threads tell.
#[derive(Debug)]
pub(crate) enum Event {
    /// The program wrote a line.
    Line(String),
    /// The program wrote something that is no line. Nothing is read after it.
    Bad(BadLine),
    /// The program closed its output.
    End,
    /// The line that was given to the program is in its pipe.
    Written,
    /// The program does not read any more.
    Unread,
}

/// Both pipes of a program.
#[derive(Debug)]
pub(crate) struct Pipes {
    output: Option<SyncSender<String>>,
    events: Receiver<Event>,
}

impl Pipes {
    pub(crate) fn start(stdin: ChildStdin, stdout: ChildStdout) -> io::Result<Self> {
        let (teller, events) = sync_channel(LINES_AHEAD);
        let (output, lines) = sync_channel(1);
        let reader = teller.clone();
        thread::Builder::new().name("exec-read".to_owned()).spawn(move || read(stdout, &reader))?;
        thread::Builder::new().name("exec-write".to_owned()).spawn(move || write(stdin, &lines, &teller))?;
        Ok(Self { output: Some(output), events })
    }

    /// Gives a line to the writing thread, which tells when it is written. One at a time.
    pub(crate) fn write(&self, line: String) -> bool {
        self.output.as_ref().is_some_and(|output| output.send(line).is_ok())
    }

    /// Tells the program that no more comes.
    pub(crate) fn close(&mut self) {
        self.output = None;
    }

    /// The next event; `None` when there was none in this time.
    pub(crate) fn next(&self, wait: Duration) -> Option<Event> {
        match self.events.recv_timeout(wait) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            // Both threads are done, and what they had to tell was told.
            Err(RecvTimeoutError::Disconnected) => Some(Event::End),
        }
    }
}

/// Ends when nobody listens any more, or when there is nothing more to read.
fn read(stdout: ChildStdout, teller: &SyncSender<Event>) {
    let mut input = BufReader::with_capacity(64 << 10, stdout);
    while let Some(line) = read_line(&mut input, MAX_LINE_BYTES) {
        let is_bad = line.is_err();
        if teller.send(line.map_or_else(Event::Bad, Event::Line)).is_err() || is_bad {
            return;
        }
    }
    // Nobody may listen any more.
    drop(teller.send(Event::End));
}

/// Ends when no more lines come, which closes the program's input, or when the program does not take them.
fn write(mut stdin: ChildStdin, lines: &Receiver<String>, teller: &SyncSender<Event>) {
    for mut line in lines {
        line.push('\n');
        let event = if stdin.write_all(line.as_bytes()).is_ok() { Event::Written } else { Event::Unread };
        let goes_on = matches!(event, Event::Written);
        if teller.send(event).is_err() || !goes_on {
            return;
        }
    }
}
