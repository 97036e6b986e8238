//! The connection to one child: pending calls and the child's requests, served by two threads.

use super::frame::{self, Frame, Kind};
use super::process::Process;
use super::start::Refusal;
use rowsmith_abi::{Buffer, GuardedFuture, HostSide};
use rowsmith_plugin_api::{Error, ErrorKind};
use std::collections::HashMap;
use std::io::BufReader;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

/// The reason why a call has no result.
#[derive(Debug)]
pub(super) enum Failed {
    /// The plugin returned an error, or rejected its config.
    Answered(Refusal),
    /// The process has ended; the text describes how, as in "was killed by signal 9 (SIGKILL)".
    Gone(String),
}

/// The state that the session shares with its threads.
pub(super) struct Connection {
    pub(super) stream: UnixStream,
    /// Messages to the child, written by a thread of their own: a stopped child must not block the host.
    /// Unbounded, since a call in flight or its service never has more than three messages.
    pub(super) outbox: Sender<Vec<u8>>,
    pub(super) state: Mutex<State>,
    pub(super) next: AtomicU64,
    pub(super) services: Arc<dyn HostSide>,
    pub(super) runtime: Handle,
    /// True if the plugin was created, so that its destructors have to run.
    pub(super) made: AtomicBool,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) calls: HashMap<u64, Waiting>,
    pub(super) services: HashMap<u64, AbortHandle>,
    /// The reason why the host ended the child.
    pub(super) reason: Option<String>,
    /// The end of the process.
    pub(super) ended: Option<String>,
}

/// The waiter of a call.
pub(super) enum Waiting {
    Caller(oneshot::Sender<Result<Buffer, Failed>>),
    /// The call was cancelled and has to end.
    Grace(oneshot::Sender<()>),
}

impl Connection {
    pub(super) fn is_made(&self) -> bool {
        self.made.load(Ordering::Relaxed)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message; false when it is too long.
    pub(super) fn send(&self, kind: Kind, id: u64, number: u32, payload: &[u8]) -> bool {
        let message = frame::encode(kind, id, number, payload);
        // The writing thread ends with the child, and the reading thread notices that.
        message.is_some_and(|message| {
            drop(self.outbox.send(message));
            true
        })
    }

    /// Ends the child: the reading thread does so when it finds the socket closed.
    pub(super) fn end_child(&self, reason: &str) {
        self.state().reason.get_or_insert_with(|| reason.to_owned());
        // An error means that the child has ended.
        self.stream.shutdown(Shutdown::Both).unwrap_or_default();
    }

    pub(super) fn listen(self: &Arc<Self>, messages: &mut BufReader<UnixStream>, mut process: impl Process) {
        let broken = loop {
            match frame::read(messages) {
                Ok(Some(message)) => {
                    let kind = message.kind;
                    if !self.take(message) {
                        break Some(format!("violated the protocol: unexpected message of kind {}", kind as u8));
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(format!("violated the protocol: {error}")),
            }
        };
        let how = process.end();
        let mut state = self.state();
        let by_itself = state.reason.is_none() && broken.is_none() && self.is_made();
        let how = state.reason.clone().or(broken).unwrap_or(how);
        let during = if by_itself { format!("{how} in the middle of a call") } else { how.clone() };
        state.ended = Some(how.clone());
        let (calls, services) = (std::mem::take(&mut state.calls), std::mem::take(&mut state.services));
        drop(state);
        for service in services.into_values() {
            service.abort();
        }
        for waiting in calls.into_values() {
            match waiting {
                // Cancelled callers have dropped their receivers.
                Waiting::Caller(caller) => drop(caller.send(Err(Failed::Gone(during.clone())))),
                Waiting::Grace(grace) => grace.send(()).unwrap_or_default(),
            }
        }
    }

    /// Handles a message of the child; false for one that a child does not send.
    fn take(self: &Arc<Self>, message: Frame) -> bool {
        let Frame { kind, id, number, payload } = message;
        match kind {
            Kind::Ok => self.answered(id, Ok(Buffer::from(payload))),
            Kind::Err => self.answered(id, Err(Failed::Answered(refusal(id, &payload)))),
            Kind::Cancelled => {
                let cancelled = Error::new(ErrorKind::Cancelled, "the call was cancelled");
                self.answered(id, Err(Failed::Answered(Refusal::Failed(cancelled))));
            }
            Kind::Service => self.serve(id, number, payload),
            Kind::ServiceCancel => {
                if let Some(service) = self.state().services.remove(&id) {
                    service.abort();
                }
            }
            Kind::Log => {
                let text = String::from_utf8_lossy(&payload);
                let (target, message) =
                    usize::try_from(id).ok().and_then(|at| text.split_at_checked(at)).unwrap_or(("", &text));
                self.services.log(number, target, message);
            }
            _ => return false,
        }
        true
    }

    fn answered(&self, id: u64, result: Result<Buffer, Failed>) {
        let waiting = self.state().calls.remove(&id);
        match waiting {
            Some(Waiting::Caller(caller)) => drop(caller.send(result)),
            Some(Waiting::Grace(grace)) => grace.send(()).unwrap_or_default(),
            None => {}
        }
    }

    fn serve(self: &Arc<Self>, id: u64, operation: u32, payload: Vec<u8>) {
        let connection = Arc::clone(self);
        let mut state = self.state();
        let service = self.runtime.spawn(async move {
            let services = Arc::clone(&connection.services);
            let guarded =
                GuardedFuture::new(async move { services.call(operation, Buffer::from(payload)).await }).await;
            let result = guarded.unwrap_or_else(|panic| Err(connection.services.panicked(panic)));
            connection.state().services.remove(&id);
            let (kind, bytes) = match result {
                Ok(bytes) => (Kind::ServiceOk, bytes),
                Err(bytes) => (Kind::ServiceErr, bytes),
            };
            if !connection.send(kind, id, 0, &bytes) {
                let error = Error::new(ErrorKind::TooLarge, "the result is too large for the plugin's process");
                connection.send(Kind::ServiceErr, id, 0, &error.encode());
            }
        });
        state.services.insert(id, service.abort_handle());
    }
}

/// Call 0, which creates the plugin, has its own errors.
fn refusal(id: u64, payload: &[u8]) -> Refusal {
    if id > 0 {
        return Refusal::Failed(Error::decode(payload));
    }
    serde_json::from_slice(payload).unwrap_or_else(|error| Refusal::Failed(error.into()))
}
