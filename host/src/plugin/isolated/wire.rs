//! The socket for messages, which replaces one standard stream of the child.
//!
//! A scraper may read the standard input (`path = "-"`) and an exporter may write to the standard output, and both must
//! keep working. So the socket replaces the stream that the plugin's kind does not use, and the other one is the host's.

use super::frame::{self, Kind};
use rowsmith_plugin_api::manifest::PluginKind;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Replaces a standard stream of the child by its end of the socket.
pub(super) fn give(command: &mut Command, kind: PluginKind, end: OwnedFd) {
    match kind {
        PluginKind::Scraper => command.stdin(Stdio::inherit()).stdout(end),
        PluginKind::Exporter => command.stdin(end).stdout(Stdio::inherit()),
        PluginKind::Provider | PluginKind::Cache => command.stdin(end).stdout(Stdio::null()),
    };
}

/// Takes the child's end from its standard stream. Text that a plugin prints goes to standard error and so to the log; only
/// an exporter has the host's standard output.
///
/// # Errors
/// When the streams are not those of a child.
pub(super) fn take(kind: PluginKind) -> io::Result<UnixStream> {
    let end = match kind {
        PluginKind::Scraper => io::stdout().as_fd().try_clone_to_owned()?,
        _ => io::stdin().as_fd().try_clone_to_owned()?,
    };
    let stream = UnixStream::from(end);
    // Fails unless the stream is a connected socket, which detects a manual start.
    stream.peer_addr()?;
    if kind != PluginKind::Scraper {
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    }
    if kind != PluginKind::Exporter {
        rustix::stdio::dup2_stdout(io::stderr())?;
    }
    Ok(stream)
}

/// The child's writing half. Each message is written as a whole.
pub(super) struct Wire(Mutex<UnixStream>);

impl Wire {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self(Mutex::new(stream))
    }

    /// Sends a message; false when it is too long. The reading thread notices a host that is gone.
    pub(super) fn send(&self, kind: Kind, id: u64, number: u32, payload: &[u8]) -> bool {
        let Some(bytes) = frame::encode(kind, id, number, payload) else {
            return false;
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&bytes).unwrap_or_default();
        true
    }
}
