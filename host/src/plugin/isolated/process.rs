//! The process of a plugin, as the host runs it.

use super::serve::ARGUMENT;
use super::wire;
use rowsmith_abi::HostSide;
use rowsmith_plugin_api::manifest::PluginKind;
use std::io::{self, BufRead as _, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

/// Longer lines on standard error are logged in parts.
const LONGEST_LINE: u64 = 8 << 10;
/// How long the last lines on standard error are waited for; a process that the plugin has started may hold it open.
const LAST_LINES: Duration = Duration::from_millis(200);
/// The level of what plugins write to standard error, which is shown unless the user wants errors only.
const WARN: u32 = 2;

/// The program that a child runs.
#[derive(Debug, Clone)]
pub struct Program(PathBuf);

impl Program {
    /// This program itself. On Linux it is the very file that runs, even after an update has replaced it.
    ///
    /// # Errors
    /// When the system does not say where that is.
    pub fn own() -> io::Result<Self> {
        if cfg!(target_os = "linux") {
            Ok(Self(PathBuf::from("/proc/self/exe")))
        } else {
            Ok(Self(std::env::current_exe()?))
        }
    }

    /// A file that is this program too; for benchmarks, which are not.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }
}

/// A process that can be ended.
pub(super) trait Process: Send + 'static {
    /// Ends it if it runs, and says in a few words how it ended.
    fn end(&mut self) -> String;
}

/// A plugin's process.
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
    // The name is for people who look at the list of processes.
    command.arg(ARGUMENT).args([kind.as_str(), name]).stderr(Stdio::piped());
    wire::give(&mut command, kind, OwnedFd::from(theirs));
    let mut child = command.spawn()?;
    // The command holds the child's end, and while it is open here, the end of the child would not be noticed.
    drop(command);
    let (all_logged, lines) = sync_channel(0);
    if let Some(stderr) = child.stderr.take() {
        let services = Arc::clone(services);
        std::thread::Builder::new().name("plugin-stderr".to_owned()).spawn(move || {
            log_lines(stderr, services.as_ref());
            drop(all_logged);
        })?;
    }
    tracing::info!(plugin = format!("{kind}-{name}"), process = child.id(), "runs in a process of its own");
    Ok((ours, PluginProcess { child, lines }))
}

fn log_lines(stderr: ChildStderr, services: &dyn HostSide) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    while stderr.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        services.log(WARN, "stderr", String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

impl Process for PluginProcess {
    fn end(&mut self) -> String {
        // How a process ended is decided before its socket is closed, so this changes nothing about one that has died.
        self.child.kill().unwrap_or_default();
        let status = self.child.wait();
        self.lines.recv_timeout(LAST_LINES).unwrap_or_default();
        status.map_or_else(|error| format!("is lost: {error}"), how_it_ended)
    }
}

fn how_it_ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(_)) => {
            let text = status.to_string();
            let text = text.trim_end_matches(" (core dumped)");
            format!("was killed by signal {}", text.trim_start_matches("signal: "))
        }
        (None, None) => format!("ended ({status})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_process_ended_is_said_in_words() {
        let said = |raw| how_it_ended(ExitStatus::from_raw(raw));
        assert_eq!(said(0), "ended with exit code 0");
        assert_eq!(said(101 << 8), "ended with exit code 101");
        assert_eq!(said(9), "was killed by signal 9 (SIGKILL)");
        assert_eq!(said(0x8b), "was killed by signal 11 (SIGSEGV)");
    }
}
