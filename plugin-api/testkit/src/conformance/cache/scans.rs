//! Walks over all entries.

use super::store::{Store, key, value};
use crate::conformance::finding::{Judged, answer, ensure};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::cache::Key;

/// Keys in no order at all: 389 and 1,000 have no common divisor.
fn fill(store: &Store, count: u32) -> Judged<Vec<(Key, Vec<u8>)>> {
    let at = |number: u32| key(u8::from(number.is_multiple_of(3)), number * 389 % count);
    let mut all: Vec<_> = (0..count).map(|number| (at(number), value(&at(number), 0))).collect();
    store.put(&all)?;
    all.sort();
    Ok(all)
}

pub(super) fn order(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let expected = fill(&store, 1_000)?;
    let found = answer("scanning", store.client.scan(None, 5_000))?;
    ensure(found.len() == 1_000, || format!("there are 1000 entries, and a scan brings {}", found.len()))?;
    ensure(found.is_sorted_by_key(|(key, _)| *key), || "a scan is not in the order of the keys".to_owned())?;
    ensure(found == expected, || "a scan brings other values than were put".to_owned())
}

pub(super) fn limits(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let empty = answer("scanning an empty store", store.client.scan(None, 10))?;
    ensure(empty.is_empty(), || "a scan of an empty store brings entries".to_owned())?;
    let expected = fill(&store, 100)?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let part = answer("scanning in parts", store.client.scan(after, 7))?;
        ensure(part.len() <= 7, || format!("a scan with a limit of 7 brings {} entries", part.len()))?;
        let Some((last, _)) = part.last() else { break };
        ensure(found.len() <= expected.len(), || "a scan in parts never ends".to_owned())?;
        after = Some(*last);
        found.extend(part);
    }
    ensure(found == expected, || "a scan in parts brings other entries than were put".to_owned())?;
    // The key to go on after need not be there.
    let (first, last) = ([0; 32], [0xff; 32]);
    let all = answer("scanning after a key that is not there", store.client.scan(Some(first), 1_000))?;
    let gone = expected.iter().filter(|(key, _)| *key > first).count();
    ensure(all.len() == gone, || "a scan after a key that is not there leaves entries out".to_owned())?;
    let none = answer("scanning after the last key", store.client.scan(Some(last), 10))?;
    ensure(none.is_empty(), || "a scan after the last key brings entries".to_owned())
}
