//! The sinks of scrapes: which are open, and what came for those that are not.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The sinks of all scrapes of a suite, whichever host they belong to.
#[derive(Default)]
pub(crate) struct Sinks(Mutex<State>);

#[derive(Default)]
struct State {
    last: u64,
    open: BTreeSet<u64>,
    /// Those of scrapes that were dropped: a chunk may have been on its way.
    dropped: BTreeSet<u64>,
    taken: usize,
    late: usize,
}

/// A sink that takes rows until this is dropped.
pub(crate) struct OpenSink {
    sinks: Arc<Sinks>,
    number: u64,
    has_ended: bool,
}

// Methods and not fields, so that an `async move` block that uses them keeps the whole of it.
impl OpenSink {
    /// What its rows are sent under.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Its scrape has ended by itself.
    pub(crate) fn end(mut self) {
        self.has_ended = true;
    }
}

impl Sinks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(self: Arc<Self>) -> OpenSink {
        let number = {
            let mut state = self.state();
            state.last += 1;
            let number = state.last;
            state.open.insert(number);
            number
        };
        OpenSink { sinks: self, number, has_ended: false }
    }

    /// Whether a chunk for this sink is still wanted.
    pub(super) fn takes(&self, sink: u64) -> bool {
        let mut state = self.state();
        let is_open = state.open.contains(&sink);
        if is_open {
            state.taken += 1;
        } else if !state.dropped.remove(&sink) {
            state.late += 1;
        }
        is_open
    }

    /// How many chunks came in time.
    pub(crate) fn taken(&self) -> usize {
        self.state().taken
    }

    /// How many chunks came for sinks of scrapes that had ended.
    pub(crate) fn late(&self) -> usize {
        self.state().late
    }
}

impl Drop for OpenSink {
    fn drop(&mut self) {
        let mut state = self.sinks.state();
        state.open.remove(&self.number);
        if !self.has_ended {
            state.dropped.insert(self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_chunk_of_a_dropped_scrape_is_excused() {
        let sinks = Arc::new(Sinks::default());
        let ended = Arc::clone(&sinks).open();
        let dropped = Arc::clone(&sinks).open();
        let numbers = [ended.number, dropped.number];
        assert!(numbers.iter().all(|number| sinks.takes(*number)));
        ended.end();
        drop(dropped);
        assert!(!numbers.iter().any(|number| sinks.takes(*number)));
        assert_eq!((sinks.taken(), sinks.late()), (2, 1));
        assert!(!sinks.takes(numbers[1]));
        assert_eq!(sinks.late(), 2, "it went on after a refusal");
    }
}
