//! Waits for the host on a thread that may block.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        // The future wakes this thread; the time is an upper limit for one step.
        if let Some(output) = poll_for(future.as_mut(), Duration::from_secs(1)) {
            return output;
        }
    }
}

/// Runs a future for a time; `None` if it has not ended.
pub(crate) fn poll_for<F: Future + ?Sized>(mut future: Pin<&mut F>, time: Duration) -> Option<F::Output> {
    let deadline = Instant::now() + time;
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return None;
        }
        std::thread::park_timeout(rest);
    }
}
