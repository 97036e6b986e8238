//! State shared by all threads of a server: the script, the records, and the waits.
//!
//! There is one lock and one condition variable. Every change wakes all waiting threads, and each checks its own
//! condition. Threads wait in no other way, so stopping the server ends them all.

use crate::dialect::Operation;
use crate::record::{RequestRecord, RequestedRow};
use crate::script::{RequestView, Script, Then};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The shared state of one server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) script: Script,
    started: Instant,
    state: Mutex<ServerState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct ServerState {
    stopped: bool,
    /// Number of releases of all held requests.
    releases: u64,
    released: BTreeSet<usize>,
    records: Vec<RequestRecord>,
    completions: usize,
    /// Arrival of the first completion.
    first: Option<FirstCompletion>,
    rule_uses: Vec<u32>,
    in_flight: usize,
    /// Requests that hold a slot.
    working: usize,
    max_in_flight: usize,
    replies_sent: usize,
    sockets: BTreeMap<u64, TcpStream>,
    connections: u64,
}

/// The arrival of the first completion, on both clocks.
#[derive(Clone, Copy, Debug)]
struct FirstCompletion {
    at: Duration,
    /// Milliseconds since 1970.
    epoch_ms: u64,
}

/// A recorded request and its reply.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) index: usize,
    pub(crate) then: Then,
    /// Arrival of the first completion, in milliseconds since 1970; 0 before it.
    pub(crate) first_ms: u64,
    /// Rows of the previous completion.
    pub(crate) previous_rows: Vec<RequestedRow>,
    releases_before: u64,
}

impl Shared {
    pub(crate) fn new(script: Script) -> Self {
        let state = ServerState { rule_uses: vec![0; script.rule_count()], ..ServerState::default() };
        Self { script, started: Instant::now(), state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, ServerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request and selects its reply: `malformed` if set, otherwise the script's.
    ///
    /// Unknown paths do not count as a use of a rule.
    pub(crate) fn admit(&self, mut record: RequestRecord, operation: &Operation, malformed: Option<Then>) -> Admitted {
        let mut state = self.lock();
        record.index = state.records.len();
        // Read under the lock, so that times follow the order of the records.
        record.at = self.started.elapsed();
        let nth = record.completion.then_some(state.completions);
        if record.completion && state.first.is_none() {
            state.first = Some(FirstCompletion { at: record.at, epoch_ms: epoch_ms() });
        }
        let first = state.first;
        state.completions += usize::from(record.completion);
        state.in_flight += 1;
        state.max_in_flight = state.max_in_flight.max(state.in_flight);
        let request = RequestView {
            nth,
            rows: &record.rows,
            key: record.key.as_deref(),
            model: record.model.as_deref(),
            body: &record.body,
            prompt_tokens: record.prompt_tokens,
            output_cap: record.output_cap,
            since_first: first.map_or(Duration::ZERO, |first| record.at.saturating_sub(first.at)),
        };
        let then = match malformed {
            Some(then) => then,
            None if *operation == Operation::Unknown => Then::answer(),
            None => self.script.choose(&mut state.rule_uses, &request),
        };
        let first_ms = first.map_or(0, |first| first.epoch_ms);
        let previous = state.records.iter().rev().find(|earlier| earlier.completion);
        let previous_rows = previous.map(|earlier| earlier.rows.clone()).unwrap_or_default();
        let admitted = Admitted { index: record.index, then, first_ms, previous_rows, releases_before: state.releases };
        state.records.push(record);
        drop(state);
        self.changed.notify_all();
        admitted
    }

    /// Waits for the delays of reply and script; returns false if the server stops meanwhile.
    pub(crate) fn wait_turn(&self, admitted: &Admitted, latency: Duration) -> bool {
        let mut state = self.lock();
        if admitted.then.hold {
            let held = |state: &ServerState| {
                !state.stopped
                    && state.releases == admitted.releases_before
                    && !state.released.contains(&admitted.index)
            };
            state = self.changed.wait_while(state, |state| held(state)).unwrap_or_else(PoisonError::into_inner);
        }
        let slots = self.script.slots().unwrap_or(usize::MAX);
        let is_full = |state: &ServerState| !state.stopped && state.working >= slots;
        state = self.changed.wait_while(state, |state| is_full(state)).unwrap_or_else(PoisonError::into_inner);
        state.working += 1;
        let delay = latency.saturating_add(admitted.then.delay);
        if !delay.is_zero() && !state.stopped {
            let waited = self.changed.wait_timeout_while(state, delay, |state| !state.stopped);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.working -= 1;
        let is_running = !state.stopped;
        drop(state);
        self.changed.notify_all();
        is_running
    }

    /// Records the status of the reply; none if no reply is sent.
    pub(crate) fn settle(&self, index: usize, status: Option<u16>) {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        if let Some(record) = state.records.get_mut(index) {
            record.status = status;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Records that a whole reply was sent.
    pub(crate) fn sent(&self, index: usize) {
        let mut state = self.lock();
        state.replies_sent += 1;
        if let Some(record) = state.records.get_mut(index) {
            record.sent = true;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until the server stops.
    pub(crate) fn wait_for_stop(&self) {
        drop(self.changed.wait_while(self.lock(), |state| !state.stopped));
    }

    /// Waits for this time; returns false if the server stops meanwhile.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |state| !state.stopped);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopped
    }

    /// Waits until there are `count` requests; returns false after `timeout`.
    pub(crate) fn wait_for_requests(&self, count: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.records.len() >= count)
    }

    /// Waits until `count` whole replies were sent; returns false after `timeout`.
    pub(crate) fn wait_for_replies(&self, count: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.replies_sent >= count)
    }

    fn wait_until(&self, timeout: Duration, reached: impl Fn(&ServerState) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |state| !reached(state));
        reached(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Releases all requests that are held now.
    pub(crate) fn release_all(&self) {
        self.lock().releases += 1;
        self.changed.notify_all();
    }

    /// Releases one request, now or when it arrives.
    pub(crate) fn release(&self, index: usize) {
        self.lock().released.insert(index);
        self.changed.notify_all();
    }

    pub(crate) fn with_records<T>(&self, read: impl FnOnce(&[RequestRecord]) -> T) -> T {
        read(&self.lock().records)
    }

    pub(crate) fn max_in_flight(&self) -> usize {
        self.lock().max_in_flight
    }

    /// Stores a handle of a new connection, so that stopping closes it; none if the server has stopped.
    pub(crate) fn connect(&self, stream: &TcpStream) -> io::Result<Option<u64>> {
        let stream = stream.try_clone()?;
        let mut state = self.lock();
        if state.stopped {
            return Ok(None);
        }
        state.connections += 1;
        let number = state.connections;
        state.sockets.insert(number, stream);
        Ok(Some(number))
    }

    /// Drops the handle of a connection.
    pub(crate) fn disconnect(&self, number: u64) {
        self.lock().sockets.remove(&number);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Closes all connections and wakes all threads.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        for socket in std::mem::take(&mut state.sockets).into_values() {
            // Closing fails if the peer is gone already.
            drop(socket.shutdown(Shutdown::Both));
        }
        drop(state);
        self.changed.notify_all();
    }
}

fn epoch_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
