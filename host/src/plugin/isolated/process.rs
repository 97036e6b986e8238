//! Starts and ends the process of a plugin.

use super::serve::ARGUMENT;
use super::wire;
use crate::settings::env;
use rowsmith_abi::HostSide;
use rowsmith_child::{Ended, limit_inheritance};
use rowsmith_plugin_api::manifest::PluginKind;
use std::io::{self, BufRead as _, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// Maximum bytes of a logged line; longer lines are logged in parts.
const LONGEST_LINE: u64 = 8 << 10;
/// Maximum wait for the last lines on standard error; a process that the plugin has started may hold it open.
const LAST_LINES: Duration = Duration::from_millis(200);
/// Maximum time that a process takes to end after it has closed its socket.
const LAST_STEPS: Duration = Duration::from_millis(100);
/// The polling interval meanwhile.
const LOOK: Duration = Duration::from_millis(2);
/// The log level of text that plugins write to standard error.
const WARN: u32 = 2;

/// Variables of this program itself, which contain no secrets.
const OWN_VARIABLES: [&str; 4] =
    [env::ROWSMITH_TEST_TIME_SCALE, env::ROWSMITH_TEST_CLOCK_OFFSET_MS, env::RUST_BACKTRACE, env::RUST_LIB_BACKTRACE];

/// The executable of a child.
#[derive(Debug, Clone)]
pub struct Program(PathBuf);

impl Program {
    /// Returns this executable. On Linux it is the running file, even after an update has replaced it.
    ///
    /// # Errors
    /// When the system does not report the path.
    pub fn own() -> io::Result<Self> {
        if cfg!(target_os = "linux") {
            Ok(Self(PathBuf::from("/proc/self/exe")))
        } else {
            Ok(Self(std::env::current_exe()?))
        }
    }

    /// Returns another file with this program, for benchmarks.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }
}

/// A process that can be ended.
pub(super) trait Process: Send + 'static {
    /// Ends the process if it runs, and describes how it ended.
    fn end(&mut self) -> String;
}

/// A plugin's process. Dropping the value ends the process.
pub(super) struct PluginProcess {
    child: Child,
    /// Closed when all lines of standard error are logged.
    lines: Receiver<()>,
}

/// Starts a process for a plugin of this kind and returns it with the socket to it.
///
/// # Errors
/// When the system cannot start it.
pub(super) fn start(
    program: &Program,
    kind: PluginKind,
    name: &str,
    services: &Arc<dyn HostSide>,
) -> io::Result<(UnixStream, PluginProcess)> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut command = Command::new(&program.0);
    limit_inheritance(&mut command);
    command.envs(OWN_VARIABLES.iter().filter_map(|name| Some((name, env::read_path(name)?))));
    // The name shows up in process lists.
    command.arg(ARGUMENT).args([kind.as_str(), name]).stderr(Stdio::piped());
    wire::give(&mut command, kind, OwnedFd::from(theirs));
    let child = command.spawn()?;
    // The command holds the child's end of the socket; while it is open here, the end of the child is not noticed.
    drop(command);
    let (all_logged, lines) = sync_channel(0);
    // From here on, an early return drops the value and ends the process.
    let mut process = PluginProcess { child, lines };
    if let Some(stderr) = process.child.stderr.take() {
        let services = Arc::clone(services);
        std::thread::Builder::new().name("plugin-stderr".to_owned()).spawn(move || {
            log_lines(stderr, services.as_ref());
            drop(all_logged);
        })?;
    }
    tracing::info!(plugin = format!("{kind}-{name}"), process = process.child.id(), "runs in a process of its own");
    Ok((ours, process))
}

fn log_lines(stderr: ChildStderr, services: &dyn HostSide) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    while stderr.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        services.log(WARN, "stderr", String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

impl PluginProcess {
    /// Returns how the process ended, if it ends within `limit`.
    #[expect(clippy::disallowed_methods, reason = "the thread that reads from the process polls it")]
    fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let begin = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(None) if begin.elapsed() < limit => std::thread::sleep(LOOK),
                looked => return looked.ok().flatten(),
            }
        }
    }
}

impl Process for PluginProcess {
    fn end(&mut self) -> String {
        // A process that ends by itself closes its socket first, and a kill would hide how it ended.
        self.ends_within(LAST_STEPS);
        self.child.kill().unwrap_or_default();
        let status = self.child.wait();
        self.lines.recv_timeout(LAST_LINES).unwrap_or_default();
        status.map_or_else(|error| format!("is lost: {error}"), |status| Ended::new(status).to_string())
    }
}

impl Drop for PluginProcess {
    /// Kills and reaps a process that is still running.
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().unwrap_or_default();
            self.child.wait().map(drop).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};

    /// A process without a plugin whose standard input stays open.
    fn process(script: &str) -> PluginProcess {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped());
        PluginProcess { child: command.spawn().unwrap(), lines: sync_channel(0).1 }
    }

    #[test]
    fn how_a_process_that_ends_by_itself_has_ended_is_known() {
        let mut process = process("exit 3");
        // Long enough for a busy machine.
        assert_eq!(process.ends_within(Duration::from_secs(60)).and_then(|status| status.code()), Some(3));
        assert_eq!(process.end(), "ended with exit code 3");
    }

    #[test]
    fn a_process_that_does_not_end_is_killed() {
        let mut process = process("read line");
        assert_eq!(process.ends_within(Duration::ZERO), None);
        assert_eq!(process.end(), "was killed by signal 9 (SIGKILL)");
    }

    #[test]
    fn a_process_that_nobody_has_ended_does_not_stay() {
        let process = process("read line");
        let id = Pid::from_child(&process.child);
        assert_eq!(test_kill_process(id), Ok(()));
        drop(process);
        assert_eq!(test_kill_process(id), Err(Errno::SRCH));
    }
}
