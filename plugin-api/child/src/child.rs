//! A running program: when and how it ends, and how to end it.

use crate::ended::Ended;
use crate::{group, stderr};
use std::io::{self, BufReader};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the last lines of a program that has ended are waited for: something that it started and that left its
/// group may hold the pipe open.
const LAST_LINES: Duration = Duration::from_millis(500);
/// How often a system without a way to wait for a process by its number is asked.
#[cfg(not(unix))]
const LOOK: Duration = Duration::from_millis(20);

/// A program that was started. Dropping it kills the program.
///
/// When the end is known, `on_line` has got all lines of the program's standard error, unless another process holds the
/// pipe open. What a program has started itself is killed when the program ends, however it ends.
#[derive(Debug)]
pub struct Child {
    id: u32,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// The process until its status was taken: as long as it is here, nobody else can have its number.
    process: Option<std::process::Child>,
    has_said_all: bool,
    ended: Option<Ended>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Child {
    /// Starts a process with three pipes and watches over it.
    ///
    /// The thread that starts it is the one that waits for it: on Linux the process is killed when that thread ends, so
    /// it must not end before.
    pub(crate) fn start(
        mut command: Command,
        on_line: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        let (sender, receiver) = sync_channel(1);
        let watch = move || match spawn(&mut command) {
            Err(error) => drop(sender.send(Err(error))),
            Ok((child, shared, pipes)) => {
                let id = child.id;
                // When nobody takes it, it is dropped, and so killed.
                drop(sender.send(Ok((child, pipes))));
                drop(sender);
                wait_and_take(id, &shared);
            }
        };
        thread::Builder::new().name("child-wait".to_owned()).spawn(watch)?;
        let started = receiver.recv().map_err(|_| io::Error::other("the thread that starts it broke off"))?;
        let (child, Pipes { stdin, stdout, stderr }) = started?;
        let listener = Arc::clone(&child.shared);
        thread::Builder::new().name("child-stderr".to_owned()).spawn(move || {
            stderr::read_lines(BufReader::new(stderr), on_line);
            listener.state().has_said_all = true;
            listener.changed.notify_all();
        })?;
        Ok((child, stdin, stdout))
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.shared.state().ended
    }

    /// Waits until it has ended.
    pub fn wait(&self) -> Ended {
        let mut state = self.shared.state();
        loop {
            if let Some(ended) = state.ended {
                return ended;
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until it has ended, but not longer than `grace`.
    pub fn wait_for(&self, grace: Duration) -> Option<Ended> {
        let state = self.shared.state();
        let waited = self.shared.changed.wait_timeout_while(state, grace, |state| state.ended.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    /// Kills it at once, with all that it has started. Nothing happens when it has ended already.
    pub fn kill(&self) {
        if let Some(process) = &mut self.shared.state().process {
            // It fails only for a process that is gone.
            drop(group::kill(process));
        }
    }

    /// Gives it some time to end by itself, then kills it.
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

/// The ends of the pipes that are ours.
struct Pipes {
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: ChildStderr,
}

fn spawn(command: &mut Command) -> io::Result<(Child, Arc<Shared>, Pipes)> {
    let mut process = command.spawn()?;
    let pipes = (process.stdin.take(), process.stdout.take(), process.stderr.take());
    let id = process.id();
    let state = State { process: Some(process), has_said_all: false, ended: None };
    let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
    // From here on an early return drops it, which kills the process.
    let child = Child { id, shared: Arc::clone(&shared) };
    let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
        return Err(io::Error::other("it has no pipes"));
    };
    Ok((child, shared, Pipes { stdin, stdout, stderr }))
}

/// Waits for the end of the process, kills what it leaves behind, and takes its status.
fn wait_and_take(id: u32, shared: &Shared) {
    let mut state = wait_until_ended(id, shared);
    let ended = state.process.as_mut().map_or(Ended::UNKNOWN, |process| {
        drop(group::kill(process));
        process.wait().map_or(Ended::UNKNOWN, Ended::new)
    });
    state.process = None;
    let waited = shared.changed.wait_timeout_while(state, LAST_LINES, |state| !state.has_said_all);
    waited.unwrap_or_else(PoisonError::into_inner).0.ended = Some(ended);
    shared.changed.notify_all();
}

#[cfg(unix)]
fn wait_until_ended(id: u32, shared: &Shared) -> MutexGuard<'_, State> {
    // The lock is free meanwhile, so that the process can be killed.
    group::wait_for_end(id);
    shared.state()
}

#[cfg(not(unix))]
fn wait_until_ended(_: u32, shared: &Shared) -> MutexGuard<'_, State> {
    let mut state = shared.state();
    while state.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None))) {
        state = shared.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
    }
    state
}
