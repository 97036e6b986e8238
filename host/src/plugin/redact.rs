//! Removes secrets from everything that is printed or written.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

/// The replacement of a secret.
pub const REDACTED: &str = "[secret]";
/// Minimum length of a secret; shorter texts may be part of other words.
const SHORTEST: usize = 6;

/// Holds the secrets of a run and removes them from texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Arc<RwLock<Vec<String>>>);

impl Redactor {
    /// Adds secrets.
    pub fn add(&self, secrets: impl IntoIterator<Item = String>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(secrets.into_iter().filter(|secret| secret.len() >= SHORTEST));
        // A secret that contains another is replaced first.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        known.dedup();
    }

    /// Returns the secrets, longest first.
    pub(super) fn secrets(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the text without secrets.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut clean = Cow::Borrowed(text);
        for secret in known.iter().filter(|secret| text.contains(secret.as_str())) {
            clean = Cow::Owned(clean.replace(secret.as_str(), REDACTED));
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_short_ones_left() {
        let redactor = Redactor::default();
        redactor.add(["key-1234".to_owned(), "key-1234-longer".to_owned(), "abc".to_owned()]);
        assert_eq!(redactor.clean("x key-1234-longer y key-1234 abc"), "x [secret] y [secret] abc");
    }
}
