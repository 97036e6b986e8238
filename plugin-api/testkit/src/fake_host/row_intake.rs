//! Row intakes of scrapes: which are open, and how many chunks arrived for the others.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The row intakes of all scrapes of a suite, over all its hosts.
#[derive(Default)]
pub(crate) struct RowIntake(Mutex<IntakeState>);

#[derive(Default)]
struct IntakeState {
    last: u64,
    open: BTreeSet<u64>,
    /// Intakes of dropped scrapes, for which one chunk may still be on its way.
    dropped: BTreeSet<u64>,
    accepted: usize,
    late: usize,
}

/// An intake that accepts rows until it is dropped.
pub(crate) struct OpenIntake {
    intake: Arc<RowIntake>,
    number: u64,
    has_ended: bool,
}

// Methods instead of fields, so that an `async move` block that uses them captures the whole value.
impl OpenIntake {
    /// Number that its rows are sent with.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Closes it after its scrape has ended.
    pub(crate) fn end(mut self) {
        self.has_ended = true;
    }
}

impl RowIntake {
    fn state(&self) -> MutexGuard<'_, IntakeState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(self: Arc<Self>) -> OpenIntake {
        let number = {
            let mut state = self.state();
            state.last += 1;
            let number = state.last;
            state.open.insert(number);
            number
        };
        OpenIntake { intake: self, number, has_ended: false }
    }

    /// Counts a chunk. Returns true if its intake is open.
    pub(super) fn accept(&self, number: u64) -> bool {
        let mut state = self.state();
        let is_open = state.open.contains(&number);
        if is_open {
            state.accepted += 1;
        } else if !state.dropped.remove(&number) {
            state.late += 1;
        }
        is_open
    }

    /// Number of chunks that arrived in time.
    pub(crate) fn accepted(&self) -> usize {
        self.state().accepted
    }

    /// Number of chunks that arrived after the end of their scrapes.
    pub(crate) fn late(&self) -> usize {
        self.state().late
    }
}

impl Drop for OpenIntake {
    fn drop(&mut self) {
        let mut state = self.intake.state();
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
    fn one_late_chunk_of_a_dropped_scrape_is_not_counted() {
        let intake = Arc::new(RowIntake::default());
        let ended = Arc::clone(&intake).open();
        let dropped = Arc::clone(&intake).open();
        let numbers = [ended.number, dropped.number];
        assert!(numbers.iter().all(|number| intake.accept(*number)));
        ended.end();
        drop(dropped);
        assert!(!numbers.iter().any(|number| intake.accept(*number)));
        assert_eq!((intake.accepted(), intake.late()), (2, 1));
        assert!(!intake.accept(numbers[1]));
        assert_eq!(intake.late(), 2, "a second chunk after the drop is late");
    }
}
