//! Time limits of the calls of a suite, also of calls that block their thread.

use super::assertion::{CheckResult, fail};
use super::plugin_under_test::PluginUnderTest;
use std::cell::RefCell;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Default time limit of a call; far more than any call takes, even on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Time after the limit for a call that ends by itself, whose message is the better one.
const GRACE: Duration = Duration::from_secs(1);
/// Time between two looks at a call in progress.
const INTERVAL: Duration = Duration::from_millis(100);

thread_local! {
    /// The watch of the check that runs on this thread.
    static WATCH: RefCell<Option<Arc<CallWatch>>> = const { RefCell::new(None) };
}

/// The call in progress of one check.
struct CallWatch {
    patience: Duration,
    call: Mutex<Option<(String, Instant)>>,
}

impl CallWatch {
    fn set(&self, call: Option<(String, Instant)>) {
        *self.call.lock().unwrap_or_else(PoisonError::into_inner) = call;
    }

    /// The message about a call that exceeds its limit.
    fn overdue(&self) -> Option<String> {
        let call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        let (what, start) = call.as_ref()?;
        (start.elapsed() > self.patience + GRACE).then(|| not_ended(what, self.patience))
    }
}

/// The message about a call that does not end.
pub(super) fn not_ended(what: &str, patience: Duration) -> String {
    format!("{what} did not end within {}", in_words(patience))
}

/// A time limit in words.
pub(super) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

/// Returns the time limit of a call of this check.
pub(super) fn patience() -> Duration {
    WATCH.with_borrow(|watch| watch.as_ref().map_or(PATIENCE, |watch| watch.patience))
}

/// Makes a call that may block this thread.
pub(super) fn limited<T>(what: &str, call: impl FnOnce() -> T) -> T {
    let set = |call| WATCH.with_borrow(|watch| watch.iter().for_each(|watch| watch.set(Clone::clone(&call))));
    set(Some((what.to_owned(), Instant::now())));
    let result = call();
    set(None);
    result
}

/// Runs a check on a thread of its own. A check with a call that exceeds the limit fails, and its thread is leaked.
pub(super) fn run_check(
    plugin: &Arc<PluginUnderTest>,
    check: fn(&PluginUnderTest) -> CheckResult,
    patience: Duration,
) -> CheckResult {
    let watch = Arc::new(CallWatch { patience, call: Mutex::default() });
    let (sender, result) = channel();
    let (its_plugin, its_watch) = (Arc::clone(plugin), Arc::clone(&watch));
    let thread = thread::Builder::new().name("check".to_owned()).spawn(move || {
        WATCH.set(Some(its_watch));
        // The receiver is gone if the check exceeded its limit.
        drop(sender.send(check(&its_plugin)));
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => return fail(format!("cannot start a thread: {error}")),
    };
    loop {
        match result.recv_timeout(INTERVAL) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Timeout) => {
                if let Some(message) = watch.overdue() {
                    return fail(message);
                }
            }
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return fail("the check ended without a result"),
            },
        }
    }
}
