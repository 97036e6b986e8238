//! [`Redactor`]: the secrets of a run.

use super::decode::View;
use super::needles::Needles;
use super::suspects;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// The replacement of a secret.
pub const REDACTED: &str = "[secret]";
/// Minimum length of a secret; shorter texts may be part of other words.
const SHORTEST: usize = 6;
/// Maximum number of escapes inside of each other, as of JSON in JSON in a URL.
const MAX_DEPTH: usize = 4;

/// Holds the secrets of a run and removes them from texts.
///
/// It finds whole secrets and pieces of 8 characters and more, as they are, percent-encoded, escaped in JSON or HTML, in
/// base64 and in hexadecimal digits. A text can be cut before or after that.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Arc<RwLock<Secrets>>);

#[derive(Debug, Default)]
struct Secrets {
    texts: Vec<String>,
    needles: Needles,
}

impl Redactor {
    /// Adds secrets.
    pub fn add(&self, secrets: impl IntoIterator<Item = String>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets.into_iter().filter(|secret| secret.len() >= SHORTEST) {
            if !known.texts.contains(&secret) {
                known.needles.add(&secret);
                known.texts.push(secret);
            }
        }
        // A secret that contains another is replaced first.
        known.texts.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// Returns the secrets, longest first.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).texts.clone()
    }

    /// Returns the text without secrets.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let ranges = self.find(text.as_bytes());
        if ranges.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        let mut kept = 0;
        for range in ranges {
            let start = (0..=range.start).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0).max(kept);
            let end = (range.end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            clean.push_str(text.get(kept..start).unwrap_or_default());
            clean.push_str(REDACTED);
            kept = end;
        }
        clean.push_str(text.get(kept..).unwrap_or_default());
        Cow::Owned(clean)
    }

    /// Returns the bytes without secrets.
    pub fn clean_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let ranges = self.find(bytes);
        if ranges.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut clean = Vec::with_capacity(bytes.len());
        let mut kept = 0;
        for Range { start, end } in ranges {
            clean.extend_from_slice(bytes.get(kept..start).unwrap_or_default());
            clean.extend_from_slice(REDACTED.as_bytes());
            kept = end;
        }
        clean.extend_from_slice(bytes.get(kept..).unwrap_or_default());
        Cow::Owned(clean)
    }

    /// Returns the text for a person, without secrets and without texts that look like keys.
    pub fn clean_message<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.clean(text) {
            Cow::Borrowed(text) => suspects::hide_keys(text),
            Cow::Owned(text) => Cow::Owned(suspects::hide_keys(&text).into_owned()),
        }
    }

    /// Returns the ranges of secrets and pieces, in order and apart.
    fn find(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.texts.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        known.needles.find(bytes, &mut found);
        let mut view = View::of(bytes);
        for _ in 0..MAX_DEPTH {
            let Some(decoded) = view else { break };
            let mut inside = Vec::new();
            known.needles.find(&decoded.bytes, &mut inside);
            found.extend(inside.into_iter().map(|range| decoded.original(range.start)..decoded.original(range.end)));
            view = decoded.next();
        }
        apart(bytes, found)
    }
}

/// Sorts ranges and joins those that touch. A backslash before a range is part of it: it escapes its first character.
fn apart(bytes: &[u8], mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    for range in &mut ranges {
        let before = bytes.get(..range.start).unwrap_or_default();
        let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
        range.start -= backslashes % 2;
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match apart.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => apart.push(range),
        }
    }
    apart
}
