//! Makes calls to one child, from its start to its end.

use super::connection::{Connection, Failed, Waiting};
use super::frame::{Kind, MAX_BYTES};
use super::process::Process;
use super::start::Refusal;
use crate::abort::AbortOnDrop;
use crate::limit::stop::Stop;
use crate::settings::test_time::scaled;
use rowsmith_abi::{Buffer, HostSide};
use rowsmith_plugin_api::{Error, ErrorKind};
use std::io::{BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Maximum time that a cancelled call may continue; a plugin that blocks its thread would never end.
const CANCEL_GRACE: Duration = Duration::from_secs(2);
/// Maximum time for the plugin's destructors; longer than the child allows.
const END_GRACE: Duration = Duration::from_secs(4);

/// A child and its calls. Dropping the value ends the child.
pub(super) struct ChildSession {
    connection: Arc<Connection>,
    /// Closed when the child has ended.
    ended: Mutex<Receiver<()>>,
    stop: Stop,
    /// Sends the stop signal to the child; idle before the start, which must be the first message.
    stopping: OnceLock<AbortOnDrop<()>>,
}

impl ChildSession {
    /// Connects to a child over its socket.
    ///
    /// # Errors
    /// When the socket cannot be used, or no thread can be started.
    pub(super) fn new(
        stream: UnixStream,
        process: impl Process,
        services: Arc<dyn HostSide>,
        runtime: &Handle,
        stop: &Stop,
    ) -> std::io::Result<Self> {
        let (outbox, messages) = channel::<Vec<u8>>();
        let (mut writing, reading) = (stream.try_clone()?, stream.try_clone()?);
        let connection = Arc::new(Connection {
            stream,
            outbox,
            state: Mutex::default(),
            next: AtomicU64::new(1),
            services,
            runtime: runtime.clone(),
            made: AtomicBool::new(false),
        });
        let (alive, ended) = sync_channel(0);
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        thread("plugin-write").spawn(move || {
            // The reading thread notices a child that has ended.
            while messages.recv().is_ok_and(|message| writing.write_all(&message).is_ok()) {}
        })?;
        let listener = Arc::clone(&connection);
        thread("plugin-read").spawn(move || {
            listener.listen(&mut BufReader::new(reading), process);
            drop(alive);
        })?;
        Ok(Self { connection, ended: Mutex::new(ended), stop: stop.clone(), stopping: OnceLock::new() })
    }

    /// Creates the plugin.
    pub(super) async fn start(&self, start: &[u8]) -> Result<(), Failed> {
        let made = self.request(Kind::Start, 0, 0, start)?;
        self.stopping.get_or_init(|| self.tell_of_a_stop());
        made.await?;
        self.connection.made.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Calls a method. Dropping the future cancels the call.
    pub(super) async fn call(&self, method: u32, payload: &[u8]) -> Result<Buffer, Failed> {
        self.request(Kind::Call, self.connection.next.fetch_add(1, Ordering::Relaxed), method, payload)?.await
    }

    /// Returns whether the child has ended or is ending.
    pub(super) fn is_over(&self) -> bool {
        let state = self.connection.state();
        state.ended.is_some() || state.reason.is_some()
    }

    /// Returns how the child ended, once it has.
    pub(super) fn how_it_ended(&self) -> Option<String> {
        self.connection.state().ended.clone()
    }

    fn tell_of_a_stop(&self) -> AbortOnDrop<()> {
        let (stop, connection) = (self.stop.clone(), Arc::clone(&self.connection));
        AbortOnDrop(self.connection.runtime.spawn(async move {
            stop.requested().await;
            connection.send(Kind::Stopping, 0, 0, &[]);
        }))
    }

    /// Sends a message at once and returns a future of its result.
    fn request(
        &self,
        kind: Kind,
        id: u64,
        number: u32,
        payload: &[u8],
    ) -> Result<impl Future<Output = Result<Buffer, Failed>> + use<>, Failed> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.connection.state();
            if let Some(how) = &state.ended {
                return Err(Failed::Gone(how.clone()));
            }
            state.calls.insert(id, Waiting::Caller(sender));
        }
        let cancel = CancelOnDrop { connection: Arc::clone(&self.connection), id };
        if !self.connection.send(kind, id, number, payload) {
            self.connection.state().calls.remove(&id);
            let most = MAX_BYTES >> 20;
            let error = format!("a call is larger than the maximum of {most} MiB");
            return Err(Failed::Answered(Refusal::Failed(Error::new(ErrorKind::TooLarge, error))));
        }
        Ok(async move {
            let _cancel = cancel;
            receiver.await.unwrap_or_else(|_| Err(Failed::Gone("is lost".to_owned())))
        })
    }
}

impl Drop for ChildSession {
    fn drop(&mut self) {
        if self.connection.is_made() {
            self.connection.send(Kind::End, 0, 0, &[]);
            let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
            // Both results are errors: closed is expected, and a late child is ended below.
            ended.recv_timeout(scaled(END_GRACE)).unwrap_or_default();
        }
        self.connection.end_child("was no longer needed");
    }
}

/// Cancels a call when its future is dropped, and ends the child when the call continues.
struct CancelOnDrop {
    connection: Arc<Connection>,
    id: u64,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.connection.state();
            let Some(waiting) = state.calls.get_mut(&self.id) else {
                return;
            };
            *waiting = Waiting::Grace(sender);
        }
        self.connection.send(Kind::Cancel, self.id, 0, &[]);
        let connection = Arc::clone(&self.connection);
        self.connection.runtime.spawn(async move {
            if tokio::time::timeout(scaled(CANCEL_GRACE), receiver).await.is_err() {
                let seconds = CANCEL_GRACE.as_secs();
                connection.end_child(&format!(
                    "was killed, since a call did not stop within {seconds} s of its cancellation"
                ));
            }
        });
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
