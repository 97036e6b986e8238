//! Threads that outlive the call that started them.

use crate::rows::numbered;
use rowsmith_plugin_api::prelude::{Host, Progress, RowSink, log};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// Sends rows from another thread after the returned value is dropped.
pub(crate) fn rows_after(host: &Host) -> Sender<()> {
    let (start, end) = channel();
    // The first row sink of a run has this number.
    let mut sink = RowSink::new(host.clone(), 0);
    thread::spawn(move || {
        // The channel carries no value; the wait ends when the sender is dropped.
        if end.recv().is_ok() {
            return;
        }
        let sent = run(async {
            numbered(&mut sink, 10_001..=20_000).await?;
            sink.flush().await
        });
        log::info!("rows after the end: {sent:?}");
    });
    start
}

/// Logs and calls the host until the process ends.
pub(crate) fn noise(host: &Host) {
    let host = host.clone();
    thread::spawn(move || {
        loop {
            log::warn!("still here");
            drop(run(host.progress(Progress::default())));
            drop(run(host.state_dir()));
            drop(run(host.sleep(Duration::from_millis(1))));
            thread::park_timeout(Duration::from_millis(1));
        }
    });
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
