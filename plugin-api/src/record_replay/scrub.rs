//! Removal of secrets from bytes.

use std::borrow::Cow;

/// Removes secrets from bytes. Both sides of a comparison are scrubbed in the same way.
pub trait Scrub {
    /// Returns the bytes without secrets.
    fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]>;
}

/// Scrubs nothing, for users that know no secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Scrub for NoSecrets {
    fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        Cow::Borrowed(bytes)
    }
}
