//! Time as a plugin sees it: it only moves when something waits for it, or when a test says so.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

#[derive(Default)]
struct State {
    now: Duration,
    held: bool,
    waiting: Vec<Waker>,
}

#[derive(Default)]
pub(super) struct Clock(Mutex<State>);

impl Clock {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self) {
        self.state().held = true;
    }

    pub(super) fn now(&self) -> Duration {
        self.state().now
    }

    pub(super) fn advance(&self, time: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(time);
        let waiting = std::mem::take(&mut state.waiting);
        // The woken may look at the clock at once.
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until the clock has moved on by `time`; moves it there itself unless it is held.
    pub(super) async fn sleep(&self, time: Duration) {
        let due = self.now().saturating_add(time);
        poll_fn(|context| {
            let mut state = self.state();
            if !state.held {
                state.now = state.now.max(due);
            }
            if state.now >= due {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
