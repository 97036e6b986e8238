//! A process of the program, from its start to its end. Waits are bounded, so that a run that hangs fails its test.

use crate::output::{Output, Redactions};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Maximum wait for the next line, also on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The streams that are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Streams {
    Both,
    ErrorOnly,
}

/// A running process. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    /// Lines of the standard error that were read already.
    read: String,
    arguments: String,
    redactions: Redactions,
}

impl Running {
    pub(crate) fn start(mut command: Command, redactions: Redactions, streams: Streams) -> (Self, Option<ChildStdin>) {
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
        let arguments = arguments.join(" ");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().filter(|_| matches!(streams, Streams::Both));
        let stdout = stdout.map_or_else(|| channel().1, lines);
        let stderr = lines(child.stderr.take().unwrap());
        (Self { child, stdout, stderr, read: String::new(), arguments, redactions }, stdin)
    }

    /// Writes the standard input on a thread, because the process may write before it reads.
    #[expect(clippy::unused_self, reason = "the process must have started")]
    pub(crate) fn feed(&self, stdin: Option<ChildStdin>, input: Vec<u8>) {
        let Some(mut stdin) = stdin else { return };
        if !input.is_empty() {
            // A process that does not read its input may have ended already.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
    }

    /// Returns the id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns true if the process has not ended.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends a signal by name: `INT`, `TERM`, `KILL`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the process has ended already");
    }

    /// Waits until a line of the standard error contains `text`.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        loop {
            let line = self.stderr.recv_timeout(TIMEOUT);
            let line = line.unwrap_or_else(|_| panic!("no line with {text:?} in:\n{}", self.read));
            self.read.push_str(&line);
            if line.contains(text) {
                return;
            }
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Output {
        let stdout = self.rest(|run| &run.stdout);
        let rest = self.rest(|run| &run.stderr);
        let status = self.child.wait().unwrap();
        let stderr = std::mem::take(&mut self.read) + &rest;
        let clean = |text: &str| self.redactions.apply(text);
        Output { arguments: clean(&self.arguments), status, stdout: clean(&stdout), stderr: clean(&stderr) }
    }

    #[track_caller]
    fn rest(&mut self, stream: fn(&Self) -> &Receiver<String>) -> String {
        let mut text = String::new();
        loop {
            match stream(self).recv_timeout(TIMEOUT) {
                Ok(line) => text.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => return text,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().unwrap();
                    panic!("the process does not end; it has written:\n{}{text}", self.read);
                }
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A failed test must not leave its process behind. Both calls fail if it has ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads a stream line by line on a thread, so that a full pipe never blocks the process.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}
