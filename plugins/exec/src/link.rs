//! The program at the other end of a connection: a running one, or one that is replayed.

use crate::launch::{Launch, start_error};
use crate::pipes::{Event, Pipes};
use crate::program_error::exit_error;
use crate::replayed_program::ReplayedProgram;
use crate::stderr::StderrTail;
use rowsmith_child::{Child, Spawned};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use rowsmith_plugin_api::program::LineRecording;
use std::time::Duration;

/// A program that reads and writes lines.
pub(crate) enum Link {
    /// A process.
    Running(RunningProgram),
    /// A recording.
    Replayed(ReplayedProgram),
}

/// A process and its pipes. Dropping it kills the process.
pub(crate) struct RunningProgram {
    child: Child,
    pipes: Pipes,
    stderr: StderrTail,
}

impl Link {
    /// Starts the program, unless it is replayed.
    pub(crate) fn open(launch: &Launch) -> Result<Self> {
        if launch.host.line_recording() == LineRecording::Replay {
            let command = launch.options.command.to_vec();
            return Ok(Self::Replayed(ReplayedProgram::new(launch.host.clone(), command)));
        }
        let title = launch.title();
        let stderr = StderrTail::default();
        let spawned = launch.program().spawn(stderr.listener(title.clone()));
        let Spawned { child, stdin, stdout } = spawned.map_err(|error| start_error(&error))?;
        let pipes = Pipes::start(stdin, stdout)
            .map_err(|error| Error::new(ErrorKind::Io, format!("cannot start the threads for `{title}`: {error}")))?;
        Ok(Self::Running(RunningProgram { child, pipes, stderr }))
    }

    /// Sends a line to the program; [`Event::Written`] follows. Returns false if its input is closed.
    pub(crate) fn write(&mut self, line: String) -> bool {
        match self {
            Self::Running(program) => program.pipes.write(line),
            Self::Replayed(program) => {
                program.write(line);
                true
            }
        }
    }

    /// Closes the program's input.
    pub(crate) fn close(&mut self) {
        if let Self::Running(program) = self {
            program.pipes.close();
        }
    }

    /// Waits for the next event; `None` on timeout.
    pub(crate) fn next(&mut self, wait: Duration) -> Option<Event> {
        match self {
            Self::Running(program) => program.pipes.next(wait),
            Self::Replayed(program) => program.next(wait),
        }
    }

    /// Returns whether deadlines apply. A replay waits for the host alone.
    pub(crate) fn has_deadlines(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// Returns the error of a wait that would never end.
    pub(crate) fn idle_error(&self, title: &str) -> Option<Error> {
        match self {
            Self::Running(_) => None,
            Self::Replayed(program) => program.idle_error(title),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        match self {
            Self::Running(program) => program.child.ended().is_none(),
            Self::Replayed(program) => !program.has_ended(),
        }
    }

    /// Waits for the exit of the program; `None` if it does not exit in time.
    pub(crate) fn wait_for_exit(&self, kind: PluginKind, title: &str, wait: Duration) -> Option<Exit> {
        match self {
            Self::Running(program) => {
                let ended = program.child.wait_for(wait)?;
                let error = exit_error(kind, title, ended, &program.stderr.get());
                Some(Exit { is_success: ended.is_success(), error })
            }
            // The error of a program that failed is part of the recording.
            Self::Replayed(_) => Some(Exit { is_success: true, error: recording_ended(title) }),
        }
    }

    /// Ends the program: waits for its exit, and kills it after that time.
    pub(crate) fn end(&self, grace: Duration) {
        if let Self::Running(program) = self {
            program.child.end(grace);
        }
    }
}

/// The exit of a program.
pub(crate) struct Exit {
    is_success: bool,
    /// The error of the exit, which a successful program has too if it exits too early.
    pub(crate) error: Error,
}

impl Exit {
    pub(crate) fn into_result(self) -> Result<()> {
        if self.is_success { Ok(()) } else { Err(self.error) }
    }
}

fn recording_ended(title: &str) -> Error {
    Error::new(ErrorKind::BadRequest, format!("the recording of `{title}` has no further line"))
}
