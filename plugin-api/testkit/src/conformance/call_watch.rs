//! Time limits of the calls of a suite, also of calls that block their thread.

use super::assertion::{CheckResult, CheckStop, fail};
use super::plugin_under_test::PluginUnderTest;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

/// Default time limit of a call; far more than any call takes, even on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Time after the limit for a call that ends by itself, whose message is the better one.
const GRACE: Duration = Duration::from_secs(1);
/// Time between two looks at the calls in progress.
const INTERVAL: Duration = Duration::from_millis(100);

thread_local! {
    /// The watch of the check that runs on this thread.
    static WATCH: RefCell<Option<Arc<CallWatch>>> = const { RefCell::new(None) };
}

/// The calls in progress of one check: at most one on each of its threads.
struct CallWatch {
    patience: Duration,
    calls: Mutex<HashMap<ThreadId, WatchedCall>>,
}

/// A call in progress.
struct WatchedCall {
    what: String,
    /// The method of the plugin, once it is called.
    method: Option<&'static str>,
    start: Instant,
}

impl WatchedCall {
    /// The message about a call that exceeds its limit.
    fn not_ended(&self, patience: Duration) -> String {
        let method = self.method.map_or_else(String::new, |name| format!("; the plugin does not return from `{name}`"));
        format!("{} did not end within {}{method}", self.what, in_words(patience))
    }
}

impl CallWatch {
    fn calls(&self) -> MutexGuard<'_, HashMap<ThreadId, WatchedCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the call of this thread, and returns the one before.
    fn replace(&self, call: Option<WatchedCall>) -> Option<WatchedCall> {
        let thread = thread::current().id();
        match call {
            Some(call) => self.calls().insert(thread, call),
            None => self.calls().remove(&thread),
        }
    }

    /// The message about the oldest call that exceeds its limit.
    fn overdue(&self) -> Option<String> {
        let calls = self.calls();
        let oldest = calls.values().min_by_key(|call| call.start)?;
        (oldest.start.elapsed() > self.patience + GRACE).then(|| oldest.not_ended(self.patience))
    }
}

fn watch() -> Option<Arc<CallWatch>> {
    WATCH.with_borrow(Clone::clone)
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
    watch().map_or(PATIENCE, |watch| watch.patience)
}

/// Makes a call that may block this thread.
pub(super) fn limited<T>(what: &str, call: impl FnOnce() -> T) -> T {
    let Some(watch) = watch() else { return call() };
    let before = watch.replace(Some(WatchedCall { what: what.to_owned(), method: None, start: Instant::now() }));
    let result = call();
    watch.replace(before);
    result
}

/// Names the method that the call of this thread is in.
pub(super) fn enter_method(name: &'static str) {
    let Some(watch) = watch() else { return };
    if let Some(call) = watch.calls().get_mut(&thread::current().id()) {
        call.method = Some(name);
    }
}

/// Stops a check because the call of this thread has exceeded its limit.
pub(super) fn hung<T>(what: &str) -> CheckResult<T> {
    let thread = thread::current().id();
    let named = watch().and_then(|watch| watch.calls().get(&thread).map(|call| call.not_ended(watch.patience)));
    Err(CheckStop::Hung(named.unwrap_or_else(|| format!("{what} did not end within {}", in_words(patience())))))
}

/// Makes a function for another thread of this check, so that its calls have the limit too.
pub(super) fn inherited<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let watch = watch();
    move || {
        WATCH.set(watch);
        work()
    }
}

/// Runs a check on a thread of its own. A check with a call that exceeds the limit fails, and its thread is leaked.
pub(super) fn run_check(
    plugin: &Arc<PluginUnderTest>,
    check: fn(&PluginUnderTest) -> CheckResult,
    patience: Duration,
) -> CheckResult {
    let watch = Arc::new(CallWatch { patience, calls: Mutex::default() });
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
                    return Err(CheckStop::Hung(message));
                }
            }
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return fail("the check ended without a result"),
            },
        }
    }
}
