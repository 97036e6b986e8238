//! Gives recorded answers out in the order in which they came.
//!
//! What a run asks next depends on which of its calls end first: rows that calls left over share a new call in that
//! order. So an answer waits until those that were recorded before it have been given out. Recordings that nobody asks
//! for any more (after `--limit`, or another config) must not hold up the others for ever; they are passed over when
//! nothing has moved for a while.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// How long nothing moves before recordings are passed over.
const PATIENCE: Duration = Duration::from_secs(1);
/// The least time between two answers that wait for each other, in which the run takes in the first.
const PACE: Duration = Duration::from_millis(2);

/// Who may go next.
#[derive(Debug, Default)]
pub(super) struct Order {
    state: Mutex<State>,
    moved: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// All places below it have gone or are passed over.
    next: usize,
    /// Places from `next` on that have gone.
    gone: BTreeSet<usize>,
    /// Places that wait.
    waiting: BTreeSet<usize>,
    last: Option<Instant>,
}

impl Order {
    /// Waits until everything before `place` has gone.
    pub(super) async fn turn(&self, place: usize) {
        let waiting = Waiting::new(self, place);
        loop {
            let mut moved = pin!(self.moved.notified());
            moved.as_mut().enable();
            match self.earliest(place) {
                Some(at) => {
                    sleep_until(at).await;
                    break;
                }
                None if timeout(PATIENCE, moved).await.is_err() && self.is_first_waiting(place) => break,
                None => {}
            }
        }
        drop(waiting);
        self.go(place);
    }

    /// When a place may go, if it may.
    fn earliest(&self, place: usize) -> Option<Instant> {
        let state = self.lock();
        let now = Instant::now();
        (place <= state.next).then(|| state.last.map_or(now, |last| now.max(last + PACE)))
    }

    fn is_first_waiting(&self, place: usize) -> bool {
        self.lock().waiting.first() == Some(&place)
    }

    fn go(&self, place: usize) {
        let mut state = self.lock();
        state.gone.insert(place);
        // Whoever goes before its turn passes over what nobody asks for.
        state.next = state.next.max(place);
        while state.gone.contains(&state.next) {
            state.next += 1;
        }
        let next = state.next;
        state.gone = state.gone.split_off(&next);
        state.last = Some(Instant::now());
        drop(state);
        self.moved.notify_waiters();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes back a place when nobody waits for its answer any more.
struct Waiting<'a> {
    order: &'a Order,
    place: usize,
}

impl<'a> Waiting<'a> {
    fn new(order: &'a Order, place: usize) -> Self {
        order.lock().waiting.insert(place);
        Self { order, place }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.order.lock().waiting.remove(&self.place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// Asks for these places at once, and returns them in the order in which they went.
    async fn went(order: &Arc<Order>, places: &[usize]) -> Vec<usize> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for place in places.iter().copied() {
            let (order, sender) = (Arc::clone(order), sender.clone());
            tokio::spawn(async move {
                order.turn(place).await;
                sender.send(place).expect("someone listens");
            });
        }
        drop(sender);
        let mut went = Vec::new();
        while let Some(place) = receiver.recv().await {
            went.push(place);
        }
        went
    }

    #[tokio::test(start_paused = true)]
    async fn answers_come_as_they_were_recorded() {
        let start = Instant::now();
        let order = Arc::new(Order::default());
        assert_eq!(went(&order, &[3, 1, 0, 2]).await, [0, 1, 2, 3]);
        assert!(start.elapsed() < PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asks_for_is_passed_over() {
        let start = Instant::now();
        let order = Arc::new(Order::default());
        assert_eq!(went(&order, &[7, 6, 0, 5]).await, [0, 5, 6, 7]);
        let took = start.elapsed();
        assert!((PATIENCE..PATIENCE * 2).contains(&took), "{took:?}");
        assert_eq!(went(&order, &[3]).await, [3], "a late one goes at once");
        assert!(start.elapsed() < took + PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_holds_nobody_up() {
        let order = Order::default();
        assert!(timeout(Duration::from_millis(10), order.turn(1)).await.is_err());
        assert!(order.lock().waiting.is_empty());
        order.turn(0).await;
        order.turn(1).await;
    }
}
