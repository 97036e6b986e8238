//! What all threads of a server share: the script, the records, and who waits for what.
//!
//! There is one lock and one condition: every change wakes all that wait, and each looks for itself whether its time has
//! come. No thread waits in any other way, so stopping ends them all.

use crate::journal::Journal;
use crate::record::RequestRecord;
use crate::script::{Act, Script, Sight};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The shared state of one server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) script: Script,
    journal: Journal,
    started: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    /// How often all held requests were released.
    releases: u64,
    released: BTreeSet<usize>,
    records: Vec<RequestRecord>,
    completions: usize,
    rule_uses: Vec<u32>,
    in_flight: usize,
    max_in_flight: usize,
    replies_sent: usize,
    sockets: BTreeMap<u64, TcpStream>,
    connections: u64,
}

/// A request that was let in.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) index: usize,
    pub(crate) act: Act,
    releases_before: u64,
}

impl Shared {
    pub(crate) fn new(script: Script) -> io::Result<Self> {
        let journal = Journal::open(script.log_path())?;
        let state = State { rule_uses: vec![0; script.rule_count()], ..State::default() };
        Ok(Self { script, journal, started: Instant::now(), state: Mutex::new(state), changed: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request and picks what to do with it: what `broken` says when the request cannot be read, otherwise
    /// what the script says. Unknown paths do not count as a use of a rule.
    pub(crate) fn admit(&self, mut record: RequestRecord, known_path: bool, broken: Option<Act>) -> Admitted {
        let mut state = self.lock();
        record.index = state.records.len();
        // Read under the lock, so that times never run against the order of the records.
        record.at = self.started.elapsed();
        let nth = record.completion.then_some(state.completions);
        state.completions += usize::from(record.completion);
        state.in_flight += 1;
        state.max_in_flight = state.max_in_flight.max(state.in_flight);
        let sight = Sight { nth, rows: &record.rows, key: record.key.as_deref(), model: record.model.as_deref() };
        let act = match broken {
            Some(act) => act,
            None if known_path => self.script.choose(&mut state.rule_uses, &sight),
            None => Act::answer(),
        };
        let admitted = Admitted { index: record.index, act, releases_before: state.releases };
        self.journal.request(&record);
        state.records.push(record);
        drop(state);
        self.changed.notify_all();
        admitted
    }

    /// Waits as long as the act and the script want; false when the server stops meanwhile.
    pub(crate) fn wait_turn(&self, admitted: &Admitted, latency: Duration) -> bool {
        let mut state = self.lock();
        if admitted.act.hold {
            let held = |state: &State| {
                !state.stopped
                    && state.releases == admitted.releases_before
                    && !state.released.contains(&admitted.index)
            };
            state = self.changed.wait_while(state, |state| held(state)).unwrap_or_else(PoisonError::into_inner);
        }
        let delay = latency.saturating_add(Duration::from_millis(admitted.act.delay_ms));
        if !delay.is_zero() && !state.stopped {
            let waited = self.changed.wait_timeout_while(state, delay, |state| !state.stopped);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        !state.stopped
    }

    /// Notes what the reply will be; none when there is to be none.
    pub(crate) fn settle(&self, index: usize, status: Option<u16>) {
        let mut state = self.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        if let Some(record) = state.records.get_mut(index) {
            record.status = status;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Notes that a reply was sent whole.
    pub(crate) fn sent(&self, index: usize, status: u16) {
        let mut state = self.lock();
        state.replies_sent += 1;
        if let Some(record) = state.records.get_mut(index) {
            record.sent = true;
        }
        self.journal.reply(index, status, self.started.elapsed());
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until the server stops.
    pub(crate) fn wait_for_stop(&self) {
        drop(self.changed.wait_while(self.lock(), |state| !state.stopped));
    }

    /// Waits until there are this many requests; false when time is up.
    pub(crate) fn wait_for_requests(&self, count: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.records.len() >= count)
    }

    /// Waits until this many replies were sent whole; false when time is up.
    pub(crate) fn wait_for_replies(&self, count: usize, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.replies_sent >= count)
    }

    fn wait_until(&self, timeout: Duration, reached: impl Fn(&State) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |state| !reached(state));
        reached(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Lets all requests go that are held now.
    pub(crate) fn release_all(&self) {
        self.lock().releases += 1;
        self.changed.notify_all();
    }

    /// Lets one request go, now or when it arrives.
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

    /// Keeps a handle of a new connection so that stopping can break it; none when the server has stopped already.
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

    /// Lets go of a connection's handle, and with the caller's own of the connection.
    pub(crate) fn disconnect(&self, number: u64) {
        self.lock().sockets.remove(&number);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Breaks all connections and wakes all threads.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        for socket in std::mem::take(&mut state.sockets).into_values() {
            // A peer that is gone already has no connection to break.
            drop(socket.shutdown(Shutdown::Both));
        }
        drop(state);
        self.changed.notify_all();
    }
}
