//! Where each key and value of a document stands in its text, or on the command line.

use std::collections::BTreeMap;

use super::pointer;
use crate::diagnostic::Span;

#[derive(Clone, Debug, Default)]
struct Place {
    key: Option<Span>,
    value: Option<Span>,
}

/// The places of a document's keys and values, by JSON pointer.
///
/// What `--set` changed has no place in the text; [`Spans::flag`] says where it came from instead.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    places: BTreeMap<String, Place>,
    flags: Vec<(String, String)>,
}

impl Spans {
    /// Where the key at `pointer` stands. Elements of arrays have none.
    pub fn key(&self, pointer: &str) -> Option<Span> {
        self.places.get(pointer)?.key.clone()
    }

    /// Where the value at `pointer` stands. That of a table is its header.
    pub fn value(&self, pointer: &str) -> Option<Span> {
        self.places.get(pointer)?.value.clone()
    }

    /// The place that helps most to find `pointer`: its value, its key, or the nearest table around it that stands in
    /// the text. `None` for what a flag set, and at the root.
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

    /// The key path of the `--set` that made the value at `pointer`, when one did.
    pub fn flag(&self, pointer: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(set, _)| pointer::is_within(pointer, set)).map(|(_, flag)| flag.as_str())
    }

    pub(super) fn record(&mut self, pointer: String, key: Option<Span>, value: Span) {
        self.places.insert(pointer, Place { key, value: Some(value) });
    }

    /// Notes that `flag` replaced what was at `pointer`, whose old places would now mislead.
    pub(super) fn replace(&mut self, pointer: &str, flag: &str) {
        self.places.retain(|place, _| !pointer::is_within(place, pointer));
        self.flags.push((pointer.to_owned(), flag.to_owned()));
    }
}
