//! The secret of the suites, a text that is easy to find where it must not be.

use std::sync::atomic::{AtomicBool, Ordering};

/// Value of every secret setting.
pub(crate) const SECRET: &str = "conformance-secret-7f3a91";

/// A library has one logger for all its instances, so records may reach the host of another test.
static LOGGED: AtomicBool = AtomicBool::new(false);

/// Remembers a log record with the secret.
pub(crate) fn inspect_log(message: &str) {
    if message.contains(SECRET) {
        LOGGED.store(true, Ordering::SeqCst);
    }
}

/// Returns true if any log record of this process had the secret.
pub(crate) fn was_logged() -> bool {
    LOGGED.load(Ordering::SeqCst)
}
