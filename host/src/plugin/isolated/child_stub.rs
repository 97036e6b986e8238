//! A child for tests: a thread on the other end of the socket that follows a script.

use super::frame::{self, Frame, Kind};
use super::process::Process;
use super::session::ChildSession;
use crate::limit::stop::Stop;
use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::bridge::encode_panic;
use std::io::{BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;

/// The child's reaction to a message.
pub(super) type Script = fn(&Frame, &mut UnixStream) -> Then;

/// The step after a message.
#[derive(PartialEq, Eq)]
pub(super) enum Then {
    Goes,
    Dies,
}

/// A process that was killed.
struct Killed;

impl Process for Killed {
    fn end(&mut self) -> String {
        "was killed by signal 11 (SIGSEGV)".to_owned()
    }
}

/// Host services that panic, with a readable log.
#[derive(Default)]
pub(super) struct Services(pub(super) Mutex<Vec<String>>);

impl HostSide for Services {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        assert_ne!(operation, 13, "no such service");
        Box::pin(std::future::ready(Ok(payload)))
    }

    fn log(&self, level: u32, target: &str, message: &str) {
        self.0.lock().unwrap().push(format!("{level} {target}: {message}"));
    }

    fn query(&self, _: u32) -> u64 {
        0
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}

/// Sends a message to the host.
pub(super) fn send(stream: &mut UnixStream, kind: Kind, id: u64, number: u32, payload: &[u8]) {
    stream.write_all(&frame::encode(kind, id, number, payload).unwrap()).unwrap();
}

/// A session with a child that follows the script.
pub(super) fn session(script: Script, services: Arc<dyn HostSide>, stop: &Stop) -> ChildSession {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(theirs.try_clone().unwrap());
        while let Ok(Some(frame)) = frame::read(&mut reader) {
            if script(&frame, &mut theirs) == Then::Dies {
                return;
            }
        }
    });
    ChildSession::new(ours, Killed, services, &Handle::current(), stop).unwrap()
}
