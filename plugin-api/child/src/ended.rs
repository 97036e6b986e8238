//! The end of a program.

use std::fmt;
use std::process::ExitStatus;

/// The end of a program. Its text continues a sentence: "ended with exit code 3".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    code: Option<i32>,
    signal: Option<i32>,
}

impl Ended {
    /// Converts the status from the system.
    pub fn new(status: ExitStatus) -> Self {
        Self { code: status.code(), signal: signal(status) }
    }

    /// The end of a program with unknown status.
    pub(crate) const UNKNOWN: Self = Self { code: None, signal: None };

    /// The exit code; `None` if a signal ended the program.
    pub fn code(self) -> Option<i32> {
        self.code
    }

    /// The signal that ended the program, if any.
    pub fn signal(self) -> Option<i32> {
        self.signal
    }

    /// Returns whether the exit code is 0.
    pub fn is_success(self) -> bool {
        self.code == Some(0)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "ended with exit code {code}"),
            (None, Some(number)) => match signal_name(number) {
                Some(name) => write!(f, "was killed by signal {number} ({name})"),
                None => write!(f, "was killed by signal {number}"),
            },
            (None, None) => f.write_str("ended with unknown status"),
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// Names of the signals that end programs.
#[cfg(unix)]
fn signal_name(number: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
        (Signal::SYS, "SIGSYS"),
    ];
    names.iter().find(|(signal, _)| signal.as_raw() == number).map(|(_, name)| *name)
}

#[cfg(not(unix))]
fn signal_name(_: i32) -> Option<&'static str> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn ends_have_a_text() {
        let cases = [
            (ExitStatus::from_raw(0), "ended with exit code 0"),
            (ExitStatus::from_raw(3 << 8), "ended with exit code 3"),
            (ExitStatus::from_raw(11), "was killed by signal 11 (SIGSEGV)"),
            (ExitStatus::from_raw(9), "was killed by signal 9 (SIGKILL)"),
            (ExitStatus::from_raw(63), "was killed by signal 63"),
        ];
        for (status, text) in cases {
            assert_eq!(Ended::new(status).to_string(), text);
        }
    }
}
