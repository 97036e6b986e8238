//! The host services in a plugin's process: each call is a message and its reply.

use super::frame::{Frame, Kind};
use super::wire::Wire;
use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::bridge::encode_panic;
use rowsmith_plugin_api::host::query;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

type Reply = Result<Buffer, Buffer>;

/// The host services on the other side of the socket.
pub(super) struct RemoteHostServices {
    wire: Arc<Wire>,
    open: Arc<Mutex<HashMap<u64, oneshot::Sender<Reply>>>>,
    next: AtomicU64,
    stopping: AtomicBool,
    log_level: u64,
    line_recording: u64,
}

impl RemoteHostServices {
    pub(super) fn new(wire: Arc<Wire>, log_level: u64, line_recording: u64) -> Self {
        let (next, stopping) = (AtomicU64::new(1), AtomicBool::new(false));
        Self { wire, open: Arc::default(), next, stopping, log_level, line_recording }
    }

    /// Handles the reply of a service.
    pub(super) fn replied(&self, frame: Frame) {
        let waiting = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&frame.id);
        if let Some(waiting) = waiting {
            let bytes = Buffer::from(frame.payload);
            // A plugin that dropped the future has no receiver.
            drop(waiting.send(if frame.kind == Kind::ServiceOk { Ok(bytes) } else { Err(bytes) }));
        }
    }

    /// Reports from now on that the run is stopping.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// Notifies the host when the plugin drops the future of a service.
struct Waiting {
    wire: Arc<Wire>,
    open: Arc<Mutex<HashMap<u64, oneshot::Sender<Reply>>>>,
    id: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id).is_some() {
            self.wire.send(Kind::ServiceCancel, self.id, 0, &[]);
        }
    }
}

impl HostSide for RemoteHostServices {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        let waiting = Waiting { wire: Arc::clone(&self.wire), open: Arc::clone(&self.open), id };
        let sent = self.wire.send(Kind::Service, id, operation, &payload);
        Box::pin(async move {
            let _waiting = waiting;
            if !sent {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "the request is larger than the maximum message to the host",
                )
                .encode());
            }
            let gone = || Err(Error::new(ErrorKind::Cancelled, "the host is gone").encode());
            receiver.await.unwrap_or_else(|_| gone())
        })
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        self.wire.send(Kind::Log, target.len() as u64, level, format!("{target}{message}").as_bytes());
    }

    fn query(&self, question: u32) -> u64 {
        match question {
            query::CANCELLED => u64::from(self.stopping.load(Ordering::Relaxed)),
            query::LOG_LEVEL => self.log_level,
            query::LINE_RECORDING => self.line_recording,
            // A linked plugin logs through the host too, since this process has no log.
            _ => 0,
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}
