//! Positions of the keys and values of a document.

use std::collections::BTreeMap;

use super::pointer;
use crate::diagnostic::Span;

/// Position of a key and its value.
#[derive(Clone, Debug, Default)]
struct EntrySpans {
    key: Option<Span>,
    value: Option<Span>,
}

/// Positions of a document's keys and values, by JSON pointer.
///
/// Values from `--set` have no position; [`Spans::flag`] returns their flag.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    entries: BTreeMap<String, EntrySpans>,
    flags: Vec<(String, String)>,
}

impl Spans {
    /// Returns the position of the key at `pointer`. Elements of arrays have no key.
    pub fn key(&self, pointer: &str) -> Option<Span> {
        self.entries.get(pointer)?.key.clone()
    }

    /// Returns the position of the value at `pointer`; for a table, the position of its header.
    pub fn value(&self, pointer: &str) -> Option<Span> {
        self.entries.get(pointer)?.value.clone()
    }

    /// Returns the closest position to `pointer`: its value, its key, or the nearest table around it. `None` for a value
    /// from the command line, and for the root.
    pub fn closest(&self, pointer: &str) -> Option<Span> {
        let mut current = pointer;
        loop {
            if self.flag(current).is_some() {
                return None;
            }
            if let Some(span) = self.value(current).or_else(|| self.key(current)) {
                return Some(span);
            }
            current = pointer::parent(current)?;
        }
    }

    /// Returns the key path of the `--set` flag that set the value at `pointer`.
    pub fn flag(&self, pointer: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(set, _)| pointer::is_within(pointer, set)).map(|(_, flag)| flag.as_str())
    }

    pub(super) fn record(&mut self, pointer: String, key: Option<Span>, value: Span) {
        self.entries.insert(pointer, EntrySpans { key, value: Some(value) });
    }

    /// Records that `flag` replaced the value at `pointer`, and removes the old positions.
    pub(super) fn replace(&mut self, pointer: &str, flag: &str) {
        self.entries.retain(|entry, _| !pointer::is_within(entry, pointer));
        self.flags.push((pointer.to_owned(), flag.to_owned()));
    }
}
