//! The server itself: starting, stopping, and the questions that a test asks of it.

use crate::connection::serve;
use crate::record::{RequestRecord, max_in_window, row_asks};
use crate::script::Script;
use crate::state::Shared;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A running server on 127.0.0.1. Dropping it breaks all connections and ends all its threads.
#[derive(Debug)]
pub struct FakeModel {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: Option<JoinHandle<()>>,
}

impl FakeModel {
    /// Starts a server on a port that is free.
    ///
    /// # Errors
    /// No port can be opened, or the script's log cannot be.
    pub fn start(script: Script) -> io::Result<Self> {
        Self::start_on(script, 0)
    }

    /// Starts a server on this port; 0 picks one that is free.
    ///
    /// # Errors
    /// The port cannot be opened, or the script's log cannot be.
    pub fn start_on(script: Script, port: u16) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(script)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let for_thread = Arc::clone(&shared);
        let accepting =
            thread::Builder::new().name("fake-model".to_owned()).spawn(move || accept(&for_thread, &listener))?;
        Ok(Self { shared, address, accepting: Some(accepting) })
    }

    /// `http://127.0.0.1:PORT`, what a config's `base_url` takes.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far, model lists and unknown paths included.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.with_records(<[_]>::to_vec)
    }

    /// All completions so far: what a provider would count and bill.
    pub fn completions(&self) -> Vec<RequestRecord> {
        self.shared.with_records(|records| records.iter().filter(|record| record.completion).cloned().collect())
    }

    /// How often each row was asked; rows are compact JSON text, columns in the order they were sent in.
    pub fn row_asks(&self) -> BTreeMap<String, usize> {
        self.shared.with_records(row_asks)
    }

    /// The most completions in any window of this length. Arrivals are measured here, so a client that spaces its
    /// calls exactly needs a window that is a little shorter than its own.
    pub fn max_in_window(&self, window: Duration) -> usize {
        self.shared.with_records(|records| max_in_window(records, window))
    }

    /// The most requests that were waiting for a reply at one time.
    pub fn max_in_flight(&self) -> usize {
        self.shared.max_in_flight()
    }

    /// Waits until `count` requests have arrived; false when `timeout` passes first.
    pub fn wait_for_requests(&self, count: usize, timeout: Duration) -> bool {
        self.shared.wait_for_requests(count, timeout)
    }

    /// Waits until `count` replies were sent whole; false when `timeout` passes first.
    pub fn wait_for_replies(&self, count: usize, timeout: Duration) -> bool {
        self.shared.wait_for_replies(count, timeout)
    }

    /// Lets all requests go that are held now; later ones are held again.
    pub fn release(&self) {
        self.shared.release_all();
    }

    /// Lets the request with this index go, now or when it arrives.
    pub fn release_request(&self, index: usize) {
        self.shared.release(index);
    }

    /// Serves until the process ends.
    pub fn serve_forever(&self) {
        self.shared.wait_for_stop();
    }
}

impl Drop for FakeModel {
    fn drop(&mut self) {
        self.shared.stop();
        // The thread may be waiting for a connection; this is one. If it fails, nobody was waiting.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    let mut connections: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if shared.is_stopped() {
            break;
        }
        connections.retain(|connection| !connection.is_finished());
        // A connection that failed before it was accepted, or that no thread can be had for, is the peer's loss.
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("fake-model-connection".to_owned());
        connections.extend(thread.spawn(move || serve(&shared, &stream)));
    }
    for connection in connections {
        drop(connection.join());
    }
}
