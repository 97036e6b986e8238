//! The order of replayed responses, which is the recorded one.
//!
//! The next requests of a run depend on the order in which its calls end: unresolved rows of several calls share a new call in
//! that order. A response therefore waits until those recorded before it were returned. Exchanges that are not requested
//! any more (after `--limit`, or with another config) must not block the others: they are skipped when nothing has
//! happened for a while.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// Time without a response after which missing positions are skipped.
const PATIENCE: Duration = Duration::from_secs(1);
/// Minimum time between two waiting responses, in which the run processes the first.
const PACE: Duration = Duration::from_millis(2);

/// Decides which response is next.
#[derive(Debug, Default)]
pub(super) struct ReplayOrder {
    state: Mutex<OrderState>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct OrderState {
    /// All positions below it were returned or skipped.
    next: usize,
    /// Returned positions from `next` on.
    returned: BTreeSet<usize>,
    /// Waiting positions.
    waiting: BTreeSet<usize>,
    last: Option<Instant>,
}

impl ReplayOrder {
    /// Waits until all positions before this one were returned or skipped.
    pub(super) async fn wait_turn(&self, position: usize) {
        let waiting = Waiting::new(self, position);
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            match self.earliest(position) {
                Some(at) => {
                    sleep_until(at).await;
                    break;
                }
                None if timeout(PATIENCE, changed).await.is_err() && self.is_first_waiting(position) => break,
                None => {}
            }
        }
        drop(waiting);
        self.mark_returned(position);
    }

    /// Returns the earliest time for a position whose turn it is.
    fn earliest(&self, position: usize) -> Option<Instant> {
        let state = self.lock();
        let now = Instant::now();
        (position <= state.next).then(|| state.last.map_or(now, |last| now.max(last + PACE)))
    }

    fn is_first_waiting(&self, position: usize) -> bool {
        self.lock().waiting.first() == Some(&position)
    }

    fn mark_returned(&self, position: usize) {
        let mut state = self.lock();
        state.returned.insert(position);
        // A position that is returned early skips the missing ones before it.
        state.next = state.next.max(position);
        while state.returned.contains(&state.next) {
            state.next += 1;
        }
        let next = state.next;
        state.returned = state.returned.split_off(&next);
        state.last = Some(Instant::now());
        drop(state);
        self.changed.notify_waiters();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, OrderState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A waiting position; removed when its request is cancelled.
struct Waiting<'a> {
    order: &'a ReplayOrder,
    position: usize,
}

impl<'a> Waiting<'a> {
    fn new(order: &'a ReplayOrder, position: usize) -> Self {
        order.lock().waiting.insert(position);
        Self { order, position }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.order.lock().waiting.remove(&self.position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// Waits for positions at once. Returns them in the order in which they were returned.
    async fn returned(order: &Arc<ReplayOrder>, positions: &[usize]) -> Vec<usize> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for position in positions.iter().copied() {
            let (order, sender) = (Arc::clone(order), sender.clone());
            tokio::spawn(async move {
                order.wait_turn(position).await;
                sender.send(position).expect("a receiver");
            });
        }
        drop(sender);
        let mut returned = Vec::new();
        while let Some(position) = receiver.recv().await {
            returned.push(position);
        }
        returned
    }

    #[tokio::test(start_paused = true)]
    async fn responses_keep_the_recorded_order() {
        let start = Instant::now();
        let order = Arc::new(ReplayOrder::default());
        assert_eq!(returned(&order, &[3, 1, 0, 2]).await, [0, 1, 2, 3]);
        assert!(start.elapsed() < PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn missing_positions_are_skipped() {
        let start = Instant::now();
        let order = Arc::new(ReplayOrder::default());
        assert_eq!(returned(&order, &[7, 6, 0, 5]).await, [0, 5, 6, 7]);
        let took = start.elapsed();
        assert!((PATIENCE..PATIENCE * 2).contains(&took), "{took:?}");
        assert_eq!(returned(&order, &[3]).await, [3], "a late position does not wait");
        assert!(start.elapsed() < took + PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_requests_block_no_other() {
        let order = ReplayOrder::default();
        assert!(timeout(Duration::from_millis(10), order.wait_turn(1)).await.is_err());
        assert!(order.lock().waiting.is_empty());
        order.wait_turn(0).await;
        order.wait_turn(1).await;
    }
}
