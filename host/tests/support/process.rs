//! A run of the binary, from start to end. Waiting has a limit, so that a run that hangs is a failed test.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Longer than any run takes, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(60);

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The exit code; a signal counts as 128 and its number, as in a shell.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().or_else(|| Some(128 + self.status.signal()?)).unwrap()
    }

    /// Fails the test when the run ended with another code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "exit code; standard error:\n{}", self.stderr);
        self
    }
}

/// A run under way.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    said: String,
}

impl Running {
    /// Starts a command.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = spawn(command);
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdout, stderr, said: String::new() }
    }

    /// Starts a command whose standard input stays open as long as what is returned with it.
    pub(crate) fn start_open(command: &mut Command) -> (Self, ChildStdin) {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let open = child.stdin.take().unwrap();
        let (stdout, stderr) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        (Self { child, stdout, stderr, said: String::new() }, open)
    }

    /// Starts a command whose standard output nobody reads.
    pub(crate) fn start_unread(command: &mut Command) -> Self {
        let mut child = spawn(command);
        drop(child.stdout.take());
        let (_, stdout) = channel();
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdout, stderr, said: String::new() }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name: `INT`, `TERM`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the process has ended already");
    }

    /// Waits until a line on standard error contains `text`.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        loop {
            let line = self.stderr.recv_timeout(LIMIT);
            let line = line.unwrap_or_else(|_| panic!("no line with {text:?} in:\n{}", self.said));
            self.said.push_str(&line);
            if line.contains(text) {
                return;
            }
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        let stdout = self.rest(|run| &run.stdout);
        let stderr = self.rest(|run| &run.stderr);
        let status = self.child.wait().unwrap();
        let said = std::mem::take(&mut self.said);
        Ended { status, stdout, stderr: said + &stderr }
    }

    #[track_caller]
    fn rest(&mut self, stream: fn(&Self) -> &Receiver<String>) -> String {
        let mut text = String::new();
        loop {
            match stream(self).recv_timeout(LIMIT) {
                Ok(line) => text.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => return text,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().unwrap();
                    panic!("the run does not end; it has written:\n{}{text}", self.said);
                }
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed half-way must not leave its run behind; one that has ended is not there to be killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(command: &mut Command) -> Child {
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    piped.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"))
}

/// Reads a stream on a thread of its own, line by line, so that a full pipe never stops the run.
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
