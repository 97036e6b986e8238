//! The server: start, stop, and the records that tests read.

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

/// A running server on 127.0.0.1. Dropping it closes all connections and ends all its threads.
#[derive(Debug)]
pub struct FakeModel {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: Option<JoinHandle<()>>,
}

impl FakeModel {
    /// Starts a server on a free port.
    ///
    /// # Errors
    /// Fails if no port or no thread is available.
    pub fn start(script: Script) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(script));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let for_thread = Arc::clone(&shared);
        let accepting =
            thread::Builder::new().name("fake-model".to_owned()).spawn(move || accept(&for_thread, &listener))?;
        Ok(Self { shared, address, accepting: Some(accepting) })
    }

    /// Returns `http://127.0.0.1:PORT`, a valid `base_url` of a config.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address of the listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns all requests so far, model lists and unknown paths included.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.with_records(<[_]>::to_vec)
    }

    /// Returns all completions so far: the requests that a service counts and bills.
    pub fn completions(&self) -> Vec<RequestRecord> {
        self.shared.with_records(|records| records.iter().filter(|record| record.completion).cloned().collect())
    }

    /// Returns the number of requests for each row, by its compact JSON text.
    pub fn row_asks(&self) -> BTreeMap<String, usize> {
        self.shared.with_records(row_asks)
    }

    /// Returns the maximum number of completions in any window of this length.
    ///
    /// Arrivals are measured by the server: use a window slightly shorter than the client's.
    pub fn max_in_window(&self, window: Duration) -> usize {
        self.shared.with_records(|records| max_in_window(records, window))
    }

    /// Returns the maximum number of requests that waited for a reply at the same time.
    pub fn max_in_flight(&self) -> usize {
        self.shared.max_in_flight()
    }

    /// Waits until `count` requests have arrived; returns false after `timeout`.
    pub fn wait_for_requests(&self, count: usize, timeout: Duration) -> bool {
        self.shared.wait_for_requests(count, timeout)
    }

    /// Waits until `count` whole replies were sent; returns false after `timeout`.
    pub fn wait_for_replies(&self, count: usize, timeout: Duration) -> bool {
        self.shared.wait_for_replies(count, timeout)
    }

    /// Releases all requests that are held now; later ones are held again.
    pub fn release(&self) {
        self.shared.release_all();
    }

    /// Releases the request with this index, now or when it arrives.
    pub fn release_request(&self, index: usize) {
        self.shared.release(index);
    }
}

impl Drop for FakeModel {
    fn drop(&mut self) {
        self.shared.stop();
        // This connection wakes the thread if it waits for one.
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
        // A connection that fails here, or gets no thread, is an error for the peer only.
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("fake-model-connection".to_owned());
        connections.extend(thread.spawn(move || serve(&shared, &stream)));
    }
    for connection in connections {
        drop(connection.join());
    }
}
