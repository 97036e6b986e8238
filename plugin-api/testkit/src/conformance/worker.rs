//! The same suite in another process, for stores that several processes may use at once.
//!
//! The suite starts its own program again with a task in an environment variable. There, [`Suite::run`] performs the
//! task instead of the checks, and sends messages on its standard output.
//!
//! [`Suite::run`]: super::Suite::run

use super::assertion::{CheckResult, fail, suite_step};
use super::call_watch::PATIENCE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

/// Environment variable with the task of a process that a suite has started.
const TASK: &str = "ROWSMITH_CONFORMANCE_TASK";
/// Prefix of the messages of such a process; a test program writes other lines as well.
const MESSAGE: &str = "conformance: ";
/// Prefix of the message that reports a failure.
const FAILED: &str = "failed: ";

/// Message after the plugin was opened.
const READY: &str = "ready";
/// Message after the task was performed.
const DONE: &str = "done";

/// The command that starts a suite in another process.
#[derive(Debug, Clone)]
pub struct Worker {
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// The task of another process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// The plugin's config, with the folder of the process that assigns the task.
    pub(super) config: Value,
    /// Number of the process.
    pub(super) number: u8,
    /// Work to do, in the terms of the plugin's kind.
    work: Value,
}

impl Task {
    pub(super) fn new(config: &Value, number: u8, work: &impl Serialize) -> CheckResult<Self> {
        let work = suite_step("writing a task", serde_json::to_value(work))?;
        Ok(Self { config: config.clone(), number, work })
    }

    pub(super) fn work<W: DeserializeOwned>(&self) -> CheckResult<W> {
        suite_step("reading a task", serde_json::from_value(self.work.clone()))
    }
}

impl Worker {
    /// Creates the command of a program that runs the same suite with these arguments.
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self { program: program.into(), arguments: arguments.into_iter().collect() }
    }

    /// Creates the command of the test that contains a closure of the given type, as
    /// [`assert_conforms!`](crate::assert_conforms) does.
    #[doc(hidden)]
    pub fn of_test(closure: &str) -> Self {
        // `crate::module::test::{{closure}}`; the names of a test program lack the crate.
        let path = closure.split("::{{closure}}").next().unwrap_or_default();
        let name = path.split_once("::").map_or(path, |(_, name)| name);
        let arguments = ["--exact", name, "--include-ignored", "--nocapture", "--test-threads=1"].map(OsString::from);
        // Without the path of its program, a worker fails to start, and the checks that need it fail.
        Self::new(std::env::current_exe().unwrap_or_default(), arguments)
    }

    /// Starts a process, and waits until it has opened the plugin. It begins its work after [`WorkerProcess::go`].
    pub(super) fn start(&self, task: &Task) -> CheckResult<WorkerProcess> {
        let task = suite_step("writing a task", serde_json::to_string(task))?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env(TASK, task);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = suite_step("starting another process", command.spawn())?;
        let messages = match child.stdout.take() {
            Some(stdout) => read_messages(stdout),
            None => return fail("another process has no standard output"),
        };
        let process = WorkerProcess { child, messages };
        match process.next_message()?.as_deref() {
            Some(READY) => Ok(process),
            _ => fail("another process ended before it had opened the plugin"),
        }
    }
}

/// Another process; killed when it is dropped.
pub(super) struct WorkerProcess {
    child: Child,
    messages: Receiver<String>,
}

impl WorkerProcess {
    /// Lets the process begin its work.
    pub(super) fn go(&mut self) {
        // It waits for the end of its standard input.
        drop(self.child.stdin.take());
    }

    /// Returns the next message; `None` when the process has ended.
    pub(super) fn next_message(&self) -> CheckResult<Option<String>> {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(text) => match text.strip_prefix(FAILED) {
                Some(reason) => fail(format!("in another process, {reason}")),
                None => Ok(Some(text)),
            },
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                fail(format!("another process sent nothing for {} seconds", PATIENCE.as_secs()))
            }
        }
    }

    /// Returns all messages until the process has performed its task.
    pub(super) fn all_messages(&self) -> CheckResult<Vec<String>> {
        let mut all = Vec::new();
        while let Some(text) = self.next_message()? {
            if text == DONE {
                return Ok(all);
            }
            all.push(text);
        }
        fail("another process ended before its task was performed")
    }

    /// Kills the process and returns the messages that it has sent meanwhile.
    pub(super) fn kill(mut self) -> CheckResult<Vec<String>> {
        suite_step("killing another process", self.child.kill())?;
        suite_step("waiting for a killed process", self.child.wait())?;
        Ok(self.messages.iter().collect())
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // Killing fails when the process has ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads messages on a thread of its own, so that waiting for one can have a limit.
fn read_messages(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            let Some((_, message)) = line.split_once(MESSAGE) else { continue };
            if sender.send(message.to_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Returns the task of this process, if a suite has started it.
pub(super) fn task() -> Option<Task> {
    serde_json::from_str(std::env::var_os(TASK)?.to_str()?).ok()
}

/// Returns true in a process that a suite has started.
pub fn is_worker() -> bool {
    task().is_some()
}

/// Performs the task of this process and reports its end.
pub(super) fn perform(work: impl FnOnce() -> CheckResult) {
    let end = match work() {
        Ok(()) => DONE.to_owned(),
        Err(stop) => format!("{FAILED}{}", stop.text()),
    };
    send(&end);
}

/// Reports that the plugin is open, and waits until the other processes have opened it.
pub(super) fn ready() {
    send(READY);
    // An unreadable input counts as its end.
    drop(std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
}

/// Sends a message to the process that assigned the task. Returns false if that process is gone.
pub(super) fn send(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{MESSAGE}{text}").and_then(|()| out.flush()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_by_the_type_of_a_closure_in_it() {
        for (closure, name) in [
            ("conformance::it_conforms::{{closure}}", "it_conforms"),
            ("store::processes::it_conforms::{{closure}}", "processes::it_conforms"),
            ("store::it_conforms::{{closure}}::{{closure}}", "it_conforms"),
        ] {
            assert_eq!(Worker::of_test(closure).arguments[1], name, "{closure}");
        }
    }
}
