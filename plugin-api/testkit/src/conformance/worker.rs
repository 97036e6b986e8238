//! The same suite in another process: for caches, which several processes may use at once.
//!
//! The suite starts its own program again with a task in an environment variable; there, [`Suite::run`] does the task
//! instead of the checks, and tells what it did on its standard output.
//!
//! [`Suite::run`]: super::Suite::run

use super::cache::work;
use super::finding::{Judged, PATIENCE, done, failed};
use super::subject::Subject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

/// Holds the task of a process that a suite has started.
const TASK: &str = "ROWSMITH_CONFORMANCE_TASK";
/// Begins what such a process says; a test program says other things as well.
const SAID: &str = "conformance says: ";

/// Says that the plugin is open.
const READY: &str = "ready";

/// How a suite is started in another process.
#[derive(Debug, Clone)]
pub struct Worker {
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// What another process is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// The plugin's config, with the folder of the process that asks.
    pub(super) config: Value,
    /// Which of the processes it is.
    pub(super) number: u8,
    pub(super) work: Work,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Work {
    /// Put some values and end.
    Puts,
    /// Put values until the process is killed.
    PutsWithoutEnd,
    /// Take room in a quota, at this time.
    Quota(u64),
    /// Claim keys, at this time.
    Claims(u64),
}

impl Worker {
    /// A program that runs the same suite when it is started with these arguments.
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self { program: program.into(), arguments: arguments.into_iter().collect() }
    }

    /// The test that a closure of the given type stands in; [`assert_conforms!`](crate::assert_conforms) gives it.
    #[doc(hidden)]
    pub fn of_test(closure: &str) -> Self {
        // `crate::module::test::{{closure}}`; the test program leaves out the crate.
        let path = closure.split("::{{closure}}").next().unwrap_or_default();
        let name = path.split_once("::").map_or(path, |(_, name)| name);
        let arguments = ["--exact", name, "--include-ignored", "--nocapture", "--test-threads=1"].map(OsString::from);
        // Without its own path the program cannot be started, and the checks that need it say so.
        Self::new(std::env::current_exe().unwrap_or_default(), arguments)
    }

    /// Starts a process, and waits until it has opened the plugin. It does its work after [`Running::go`].
    pub(super) fn start(&self, task: &Task) -> Judged<Running> {
        let task = done("writing a task", serde_json::to_string(task))?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env(TASK, task);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = done("starting another process", command.spawn())?;
        let said = match child.stdout.take() {
            Some(stdout) => lines(stdout),
            None => return failed("another process has no standard output"),
        };
        let running = Running { child, said };
        match running.next()?.as_deref() {
            Some(READY) => Ok(running),
            _ => failed("another process ended before it had opened the plugin"),
        }
    }
}

/// Another process under way; killed when it is dropped.
pub(super) struct Running {
    child: Child,
    said: Receiver<String>,
}

impl Running {
    /// Lets it do its work.
    pub(super) fn go(&mut self) {
        // It waits for the end of its standard input.
        drop(self.child.stdin.take());
    }

    /// The next thing it says; `None` when it has ended.
    pub(super) fn next(&self) -> Judged<Option<String>> {
        match self.said.recv_timeout(PATIENCE) {
            Ok(text) => match text.strip_prefix("failed: ") {
                Some(reason) => failed(format!("in another process, {reason}")),
                None => Ok(Some(text)),
            },
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                failed(format!("another process said nothing for {} seconds", PATIENCE.as_secs()))
            }
        }
    }

    /// All that it says until it says that it is done.
    pub(super) fn rest(&self) -> Judged<Vec<String>> {
        let mut all = Vec::new();
        while let Some(text) = self.next()? {
            if text == "done" {
                return Ok(all);
            }
            all.push(text);
        }
        failed("another process ended before it was done")
    }

    /// Kills it and returns what it had said meanwhile.
    pub(super) fn kill(mut self) -> Judged<Vec<String>> {
        done("killing another process", self.child.kill())?;
        done("waiting for a killed process", self.child.wait())?;
        Ok(self.said.iter().collect())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended is not there to be killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads what a process says on a thread of its own, so that waiting for it can have a limit.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            let Some((_, said)) = line.split_once(SAID) else { continue };
            if sender.send(said.to_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The task of this process, when a suite has started it.
pub(super) fn task() -> Option<Task> {
    serde_json::from_str(std::env::var_os(TASK)?.to_str()?).ok()
}

/// Does a task.
pub(super) fn perform(subject: &Subject, task: &Task) {
    let end = match work::perform(subject, task) {
        Ok(()) => "done".to_owned(),
        Err(finding) => format!("failed: {}", finding.text()),
    };
    say(&end);
}

/// Says that the plugin is open, and waits until the others have opened it as well.
pub(super) fn ready() {
    say(READY);
    // An input that cannot be read has no end to wait for.
    drop(std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
}

/// Tells the process that gave the task, and whether it is still there to be told.
pub(super) fn say(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{SAID}{text}").and_then(|()| out.flush()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_by_the_type_of_a_closure_in_it() {
        for (closure, name) in [
            ("conformance::it_conforms::{{closure}}", "it_conforms"),
            ("store::processes::it_conforms::{{closure}}", "processes::it_conforms"),
            ("store::it_conforms::{{closure}}::{{closure}}", "it_conforms"),
        ] {
            assert_eq!(Worker::of_test(closure).arguments[1], name, "{closure}");
        }
    }
}
