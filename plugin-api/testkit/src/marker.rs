//! A text that stands for every secret in a suite, so that it is found wherever it must not be.

use std::sync::atomic::{AtomicBool, Ordering};

/// What the suites put into every secret setting.
pub(crate) const SECRET: &str = "conformance-secret-7f3a91";

/// A library installs one logger for all its instances, so records may reach a host of another test.
static LOGGED: AtomicBool = AtomicBool::new(false);

/// Notes when a log record holds the secret.
pub(crate) fn look_at_log(message: &str) {
    if message.contains(SECRET) {
        LOGGED.store(true, Ordering::SeqCst);
    }
}

/// Whether any log record of this process held the secret.
pub(crate) fn was_logged() -> bool {
    LOGGED.load(Ordering::SeqCst)
}
