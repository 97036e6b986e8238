//! The calls to one child, from its start to its end.

use super::frame::{self, Frame, Kind, MOST_BYTES};
use super::process::Process;
use super::start::Refusal;
use crate::abort::AbortOnDrop;
use crate::limit::stop::Stop;
use rowsmith_abi::{Buffer, GuardedFuture, HostSide};
use rowsmith_plugin_api::{Error, ErrorKind};
use std::collections::HashMap;
use std::io::{BufReader, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

/// How long a call that was cancelled may go on; a plugin that blocks its thread would do so for ever.
const CANCEL_GRACE: Duration = Duration::from_secs(2);
/// How long the plugin's destructors may take.
const END_GRACE: Duration = Duration::from_secs(3);

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum Failed {
    /// The plugin answered with an error, or refused to be made.
    Answered(Refusal),
    /// The process is gone; what happened to it, as in "was killed by signal 9 (SIGKILL)".
    Gone(String),
}

/// A child and the calls to it. Dropping it ends the child.
pub(super) struct Session {
    link: Arc<Link>,
    /// Closed when the child has ended.
    ended: Mutex<Receiver<()>>,
    /// Whether the plugin was made, so that it has something to put in order at its end.
    made: AtomicBool,
    _stopping: AbortOnDrop<()>,
}

/// What the session shares with its threads.
struct Link {
    stream: UnixStream,
    /// Messages on their way to the child, written by a thread of their own: a child that is stopped must not stop ours.
    /// Unbounded, since there are never more than three for a call or a service of a call under way.
    outbox: Sender<Vec<u8>>,
    state: Mutex<State>,
    next: AtomicU64,
    services: Arc<dyn HostSide>,
    runtime: Handle,
}

#[derive(Default)]
struct State {
    calls: HashMap<u64, Waiting>,
    services: HashMap<u64, AbortHandle>,
    /// Why we ended the child, if we did.
    reason: Option<String>,
    /// How it ended.
    ended: Option<String>,
}

/// Who waits for a call.
enum Waiting {
    Caller(oneshot::Sender<Result<Buffer, Failed>>),
    /// Nobody wants the result, but the call has to end.
    Grace(oneshot::Sender<()>),
}

impl Session {
    /// Talks to a child over its socket.
    ///
    /// # Errors
    /// When the socket cannot be used, or there is no thread to be had.
    pub(super) fn new(
        stream: UnixStream,
        process: impl Process,
        services: Arc<dyn HostSide>,
        runtime: &Handle,
        stop: &Stop,
    ) -> std::io::Result<Self> {
        let (outbox, messages) = channel::<Vec<u8>>();
        let (mut writing, reading) = (stream.try_clone()?, stream.try_clone()?);
        let link = Arc::new(Link {
            stream,
            outbox,
            state: Mutex::default(),
            next: AtomicU64::new(1),
            services,
            runtime: runtime.clone(),
        });
        let (alive, ended) = sync_channel(0);
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        thread("plugin-write").spawn(move || {
            // A child that is gone is noticed where messages are read.
            while messages.recv().is_ok_and(|message| writing.write_all(&message).is_ok()) {}
        })?;
        let listener = Arc::clone(&link);
        thread("plugin-read").spawn(move || {
            listener.listen(&mut BufReader::new(reading), process);
            drop(alive);
        })?;
        let (stop, teller) = (stop.clone(), Arc::clone(&link));
        let stopping = AbortOnDrop(runtime.spawn(async move {
            stop.requested().await;
            teller.send(Kind::Stopping, 0, 0, &[]);
        }));
        Ok(Self { link, ended: Mutex::new(ended), made: AtomicBool::new(false), _stopping: stopping })
    }

    /// Has the plugin made.
    pub(super) async fn start(&self, start: &[u8]) -> Result<(), Failed> {
        self.request(Kind::Start, 0, 0, start).await?;
        self.made.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Calls a method. Dropping the future cancels the call.
    pub(super) async fn call(&self, method: u32, payload: &[u8]) -> Result<Buffer, Failed> {
        self.request(Kind::Call, self.link.next.fetch_add(1, Ordering::Relaxed), method, payload).await
    }

    /// Whether the child has ended, or is about to.
    pub(super) fn is_over(&self) -> bool {
        let state = self.link.state();
        state.ended.is_some() || state.reason.is_some()
    }

    /// How the child ended, when it has.
    pub(super) fn how_it_ended(&self) -> Option<String> {
        self.link.state().ended.clone()
    }

    async fn request(&self, kind: Kind, id: u64, number: u32, payload: &[u8]) -> Result<Buffer, Failed> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.link.state();
            if let Some(how) = &state.ended {
                return Err(Failed::Gone(how.clone()));
            }
            state.calls.insert(id, Waiting::Caller(sender));
        }
        let _cancel = CancelOnDrop { link: Arc::clone(&self.link), id };
        if !self.link.send(kind, id, number, payload) {
            self.link.state().calls.remove(&id);
            let most = MOST_BYTES >> 20;
            let error = format!("a call of over {most} MiB does not fit into the plugin's process");
            return Err(Failed::Answered(Refusal::Failed(Error::new(ErrorKind::TooLarge, error))));
        }
        receiver.await.unwrap_or_else(|_| Err(Failed::Gone("is lost".to_owned())))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.made.load(Ordering::Relaxed) {
            self.link.send(Kind::End, 0, 0, &[]);
            let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
            // An error either way: closed is what is waited for, and what is late is ended below.
            ended.recv_timeout(END_GRACE).unwrap_or_default();
        }
        self.link.end_child("was not needed any more");
    }
}

/// Tells the child when nobody waits for a call any more, and ends it when the call goes on all the same.
struct CancelOnDrop {
    link: Arc<Link>,
    id: u64,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.link.state();
            let Some(waiting) = state.calls.get_mut(&self.id) else {
                return;
            };
            *waiting = Waiting::Grace(sender);
        }
        self.link.send(Kind::Cancel, self.id, 0, &[]);
        let link = Arc::clone(&self.link);
        self.link.runtime.spawn(async move {
            if tokio::time::timeout(CANCEL_GRACE, receiver).await.is_err() {
                let seconds = CANCEL_GRACE.as_secs();
                link.end_child(&format!("was ended, since a call went on for {seconds} s after it was cancelled"));
            }
        });
    }
}

impl Link {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message; false when it is too long.
    fn send(&self, kind: Kind, id: u64, number: u32, payload: &[u8]) -> bool {
        let message = frame::encode(kind, id, number, payload);
        // The writing thread is gone when the child is, which is noticed where messages are read.
        message.is_some_and(|message| {
            drop(self.outbox.send(message));
            true
        })
    }

    /// Ends the child; the listener does it, when it finds the socket closed.
    fn end_child(&self, reason: &str) {
        self.state().reason.get_or_insert_with(|| reason.to_owned());
        // An error means that the child is gone already.
        self.stream.shutdown(Shutdown::Both).unwrap_or_default();
    }

    fn listen(self: &Arc<Self>, messages: &mut BufReader<UnixStream>, mut process: impl Process) {
        let broken = loop {
            match frame::read(messages) {
                Ok(Some(message)) => {
                    let kind = message.kind;
                    if !self.take(message) {
                        break Some(format!("broke its protocol: a message of kind {}", kind as u8));
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(format!("broke its protocol: {error}")),
            }
        };
        let how = process.end();
        let mut state = self.state();
        let how = state.reason.clone().or(broken).unwrap_or(how);
        state.ended = Some(how.clone());
        let (calls, services) = (std::mem::take(&mut state.calls), std::mem::take(&mut state.services));
        drop(state);
        for service in services.into_values() {
            service.abort();
        }
        for waiting in calls.into_values() {
            match waiting {
                // Callers that have given up are not there to be told.
                Waiting::Caller(caller) => drop(caller.send(Err(Failed::Gone(how.clone())))),
                Waiting::Grace(grace) => grace.send(()).unwrap_or_default(),
            }
        }
    }

    /// Takes a message of the child's; false when it is none that a child sends.
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
        let link = Arc::clone(self);
        let mut state = self.state();
        let service = self.runtime.spawn(async move {
            let services = Arc::clone(&link.services);
            let guarded =
                GuardedFuture::new(async move { services.call(operation, Buffer::from(payload)).await }).await;
            let result = guarded.unwrap_or_else(|panic| Err(link.services.panicked(panic)));
            link.state().services.remove(&id);
            let (kind, bytes) = match result {
                Ok(bytes) => (Kind::ServiceOk, bytes),
                Err(bytes) => (Kind::ServiceErr, bytes),
            };
            if !link.send(kind, id, 0, &bytes) {
                let error = Error::new(ErrorKind::TooLarge, "the result is too large for the plugin's process");
                link.send(Kind::ServiceErr, id, 0, &error.encode());
            }
        });
        state.services.insert(id, service.abort_handle());
    }
}

/// Call 0, which makes the plugin, has errors of its own.
fn refusal(id: u64, payload: &[u8]) -> Refusal {
    if id > 0 {
        return Refusal::Failed(Error::decode(payload));
    }
    serde_json::from_slice(payload).unwrap_or_else(|error| Refusal::Failed(error.into()))
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
