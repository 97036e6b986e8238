//! The secret of the suites, a text that is easy to find where it must not be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Value of every secret setting.
pub(crate) const SECRET: &str = "conformance-secret-7f3a91";

/// Secrets of a config that the suite keeps.
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Minimum length of a secret that is found in texts. A shorter one may be part of any word.
const MIN_KEPT: usize = 6;

/// A library has one logger for all its instances, so records may reach the host of another test.
static LOGGED: AtomicBool = AtomicBool::new(false);

/// Remembers a secret of the config.
pub(crate) fn keep(secret: &str) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if secret.len() >= MIN_KEPT && !kept.iter().any(|known| known == secret) {
        kept.push(secret.to_owned());
    }
}

/// Returns true if a text has a secret.
pub(crate) fn is_in(text: &str) -> bool {
    text.contains(SECRET) || KEPT.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|kept| text.contains(kept))
}

/// Returns a text without secrets.
pub(crate) fn redacted(text: &str) -> String {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let secrets = kept.iter().map(String::as_str).chain([SECRET]);
    secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "[secret]"))
}

/// Remembers a log record with the secret.
pub(crate) fn inspect_log(message: &str) {
    if is_in(message) {
        LOGGED.store(true, Ordering::SeqCst);
    }
}

/// Returns true if any log record of this process had the secret.
pub(crate) fn was_logged() -> bool {
    LOGGED.load(Ordering::SeqCst)
}
