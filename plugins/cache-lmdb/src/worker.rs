//! A thread for work that waits for LMDB's locks.
//!
//! LMDB waits for the lock of writers without a limit and cannot be interrupted. The work therefore runs on a thread of its
//! own, and its caller waits for a limited time until the work has the lock.

use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

/// The thread. It ends with its handle, unless it still waits for a lock.
#[derive(Debug)]
pub(crate) struct Worker(Sender<Job>);

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const ABANDONED: u8 = 2;

/// State of work that may be abandoned until it has started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU8>);

impl Progress {
    /// Marks the work as started. Returns false if it was abandoned: then it must change nothing.
    pub(crate) fn start(&self) -> bool {
        self.change(STARTED) || self.0.load(Ordering::Acquire) == STARTED
    }

    fn abandon(&self) -> bool {
        self.change(ABANDONED)
    }

    fn change(&self, state: u8) -> bool {
        self.0.compare_exchange(WAITING, state, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the system allows no further thread.
    pub(crate) fn start() -> Result<Self> {
        let (sender, jobs) = channel::<Job>();
        let thread = std::thread::Builder::new().name("cache-lmdb".to_owned());
        let work = move || jobs.into_iter().for_each(|job| job());
        match thread.spawn(work) {
            Ok(_) => Ok(Self(sender)),
            Err(error) => Err(Error::new(ErrorKind::Io, format!("cannot start a thread for the cache: {error}"))
                .hint("raise the limit of processes and threads (`ulimit -u`), or of memory (`ulimit -v`)")),
        }
    }

    /// Runs work on the thread. Returns `None` if it has not started within `wait`; it then does not start later.
    ///
    /// # Errors
    /// When the thread has ended, which only a panic causes.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        wait: Duration,
        work: impl FnOnce(&Progress) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let (done, result) = channel();
        let progress = Progress::default();
        let seen = progress.clone();
        // The caller may have ended.
        let job = move || drop(done.send(work(&seen)));
        let ended = || Error::new(ErrorKind::Panic, "the thread of the cache has ended");
        self.0.send(Box::new(job)).map_err(|_| ended())?;
        match result.recv_timeout(wait) {
            Ok(value) => Ok(Some(value)),
            Err(RecvTimeoutError::Timeout) if progress.abandon() => Ok(None),
            Err(RecvTimeoutError::Timeout) => result.recv().map(Some).map_err(|_| ended()),
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Worker};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    const SHORT: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn work_that_has_not_started_is_abandoned() {
        let worker = Worker::start().unwrap();
        let (free, locked) = channel::<()>();
        let waits = worker.run(SHORT, move |progress| {
            locked.recv().unwrap_or_default();
            progress.start()
        });
        assert_eq!(waits, Ok(None));
        assert_eq!(worker.run(SHORT, Progress::start), Ok(None), "the thread is still busy");
        drop(free);
        assert_eq!(worker.run(LONG, Progress::start), Ok(Some(true)));
    }

    #[test]
    fn started_work_is_not_abandoned() {
        let progress = Progress::default();
        assert!(progress.start() && progress.start());
        assert!(!progress.abandon());
        let progress = Progress::default();
        assert!(progress.abandon());
        assert!(!progress.start());
    }
}
