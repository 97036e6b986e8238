//! The time of a plugin: it moves only when the plugin waits, or when a test advances it.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

#[derive(Default)]
struct ClockState {
    now: Duration,
    held: bool,
    waiting: Vec<Waker>,
}

#[derive(Default)]
pub(super) struct Clock(Mutex<ClockState>);

impl Clock {
    fn state(&self) -> MutexGuard<'_, ClockState> {
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
        // The woken tasks may read the clock at once.
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until the clock has advanced by `time`. Advances it at once unless it is held.
    pub(super) async fn sleep(&self, time: Duration) {
        let wake_at = self.now().saturating_add(time);
        poll_fn(|context| {
            let mut state = self.state();
            if !state.held {
                state.now = state.now.max(wake_at);
            }
            if state.now >= wake_at {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
