//! A running program: reports its end, and ends it.

use crate::ended::Ended;
use crate::{group, stderr};
use std::io::{self, BufReader};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Maximum wait for the last lines after the end of a program. A process that it started and that left its group may keep
/// the pipe open.
const LAST_LINES: Duration = Duration::from_millis(500);
/// Time between two checks for the end, on systems that cannot wait for a process by its id.
#[cfg(not(unix))]
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A running program. Dropping it kills the program.
///
/// Once the end is reported, `on_line` has received all lines of standard error, unless another process keeps the pipe
/// open. Processes that the program started are killed at its end.
#[derive(Debug)]
pub struct Child {
    id: u32,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<ProcessState>,
    changed: Condvar,
}

#[derive(Debug)]
struct ProcessState {
    /// The process until its status is collected. Until then the system does not reuse its id.
    process: Option<std::process::Child>,
    stderr_ended: bool,
    ended: Option<Ended>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, ProcessState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Child {
    /// Starts a process with three pipes and a thread that waits for it.
    ///
    /// The same thread starts the process and waits for it, because on Linux the process is killed when the thread that
    /// started it ends.
    pub(crate) fn start(
        mut command: Command,
        on_line: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        let (sender, receiver) = sync_channel(1);
        let supervise = move || match spawn(&mut command) {
            Err(error) => drop(sender.send(Err(error))),
            Ok((child, shared, pipes)) => {
                let id = child.id;
                // If the receiver is gone, the child is dropped and killed.
                drop(sender.send(Ok((child, pipes))));
                drop(sender);
                wait_and_collect(id, &shared);
            }
        };
        thread::Builder::new().name("child-wait".to_owned()).spawn(supervise)?;
        let started = receiver.recv().map_err(|_| io::Error::other("the thread that starts it panicked"))?;
        let (child, Pipes { stdin, stdout, stderr }) = started?;
        let listener = Arc::clone(&child.shared);
        thread::Builder::new().name("child-stderr".to_owned()).spawn(move || {
            stderr::read_lines(BufReader::new(stderr), on_line);
            listener.state().stderr_ended = true;
            listener.changed.notify_all();
        })?;
        Ok((child, stdin, stdout))
    }

    /// Id of the process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The end of the program; `None` while it runs.
    pub fn ended(&self) -> Option<Ended> {
        self.shared.state().ended
    }

    /// Waits for the end.
    pub fn wait(&self) -> Ended {
        let mut state = self.shared.state();
        loop {
            if let Some(ended) = state.ended {
                return ended;
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for the end; `None` after `grace`.
    pub fn wait_for(&self, grace: Duration) -> Option<Ended> {
        let state = self.shared.state();
        let waited = self.shared.changed.wait_timeout_while(state, grace, |state| state.ended.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    /// Kills the program and the processes that it started. Has no effect after the end.
    pub fn kill(&self) {
        if let Some(process) = &mut self.shared.state().process {
            // Fails only for a process that has ended.
            drop(group::kill(process));
        }
    }

    /// Waits for the end, and kills the program after `grace`.
    pub fn end(&self, grace: Duration) -> Ended {
        self.wait_for(grace).unwrap_or_else(|| {
            self.kill();
            self.wait()
        })
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The pipes to the program.
struct Pipes {
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: ChildStderr,
}

fn spawn(command: &mut Command) -> io::Result<(Child, Arc<Shared>, Pipes)> {
    let mut process = command.spawn()?;
    let pipes = (process.stdin.take(), process.stdout.take(), process.stderr.take());
    let id = process.id();
    let state = ProcessState { process: Some(process), stderr_ended: false, ended: None };
    let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
    // From here on, an early return drops the child, which kills the process.
    let child = Child { id, shared: Arc::clone(&shared) };
    let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
        return Err(io::Error::other("the process has no pipes"));
    };
    Ok((child, shared, Pipes { stdin, stdout, stderr }))
}

/// Waits for the end of the process, kills its remaining group, and collects its status.
fn wait_and_collect(id: u32, shared: &Shared) {
    let mut state = wait_until_ended(id, shared);
    let ended = state.process.as_mut().map_or(Ended::UNKNOWN, |process| {
        drop(group::kill(process));
        process.wait().map_or(Ended::UNKNOWN, Ended::new)
    });
    state.process = None;
    let waited = shared.changed.wait_timeout_while(state, LAST_LINES, |state| !state.stderr_ended);
    waited.unwrap_or_else(PoisonError::into_inner).0.ended = Some(ended);
    shared.changed.notify_all();
}

#[cfg(unix)]
fn wait_until_ended(id: u32, shared: &Shared) -> MutexGuard<'_, ProcessState> {
    // Does not hold the lock, so that the process can be killed during the wait.
    group::wait_for_end(id);
    shared.state()
}

#[cfg(not(unix))]
fn wait_until_ended(_: u32, shared: &Shared) -> MutexGuard<'_, ProcessState> {
    let mut state = shared.state();
    while state.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None))) {
        state = shared.changed.wait_timeout(state, POLL_INTERVAL).unwrap_or_else(PoisonError::into_inner).0;
    }
    state
}
