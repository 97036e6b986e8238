//! Single entries: put, got, replaced, deleted, counted.

use super::store::{Store, key, value};
use crate::conformance::finding::{Judged, answer, ensure};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::cache::Key;

fn entries(group: u8, numbers: std::ops::Range<u32>) -> Vec<(Key, Vec<u8>)> {
    numbers.map(|number| (key(group, number), value(&key(group, number), 0))).collect()
}

pub(super) fn put_and_get(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    store.expect_none("in a new store", &[key(1, 1)])?;
    store.put(&entries(1, 0..50))?;
    store.expect("after a put", &entries(1, 0..50))?;
    store.expect_none("after a put of other keys", &[key(1, 50), key(2, 0)])?;
    let replaced = [(key(1, 7), b"another".to_vec()), (key(1, 8), value(&key(1, 8), 9))];
    store.put(&replaced)?;
    store.expect("after a second put", &replaced)?;
    store.expect("after a put of other keys", &entries(1, 9..50))?;
    // Answers come in the order of the question, however often a key is in it.
    let found = store.get(&[key(1, 9), key(3, 0), key(1, 7), key(1, 9)])?;
    let nine = Some(value(&key(1, 9), 0));
    let expected = [nine.clone(), None, Some(b"another".to_vec()), nine];
    ensure(found == expected, || "values come in another order than their keys were asked for".to_owned())?;
    store.put(&[])?;
    ensure(store.get(&[])?.is_empty(), || "no key was asked for, and there is an answer".to_owned())
}

pub(super) fn twice_in_one_put(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    store.put(&[(key(1, 1), b"first".to_vec()), (key(1, 2), b"other".to_vec()), (key(1, 1), b"last".to_vec())])?;
    store.expect("after one key twice in one put", &[(key(1, 1), b"last".to_vec()), (key(1, 2), b"other".to_vec())])
}

pub(super) fn sizes(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let large: Vec<u8> = (0..1_048_576_u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
    let all = [(key(1, 1), Vec::new()), (key(1, 2), large), (key(1, 3), vec![0]), (key(1, 4), vec![0; 4_096])];
    store.put(&all)?;
    store.expect("after values of many sizes", &all)?;
    let shrunk = [(key(1, 2), Vec::new())];
    store.put(&shrunk)?;
    store.expect("after a large value was replaced by an empty one", &shrunk)
}

pub(super) fn hostile_keys(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let mut keys = vec![[0; 32], [0xff; 32], [b'\n'; 32], *b"../../../../../../../etc/passwd\n", [b' '; 32]];
    for at in 0..32 {
        // Differs from the key of zeros, and from that of ones, in one place.
        let (mut one, mut other) = ([0; 32], [0xff; 32]);
        one[at] = 1;
        other[at] = 0xfe;
        keys.extend([one, other]);
    }
    let all: Vec<_> = keys.iter().map(|key| (*key, value(key, 3))).collect();
    store.put(&all)?;
    store.expect("after keys that look alike", &all)
}

pub(super) fn deleting(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    store.put(&entries(1, 0..10))?;
    let gone = [key(1, 3), key(1, 4), key(9, 9)];
    let count = answer("deleting", store.client.delete_many(&gone))?;
    ensure(count == 2, || format!("two of three keys were there to be deleted, and {count} were counted"))?;
    store.expect_none("after a delete", &gone)?;
    store.expect("after others were deleted", &entries(1, 5..10))?;
    let count = answer("deleting again", store.client.delete_many(&gone))?;
    ensure(count == 0, || format!("the keys were deleted already, and {count} were counted"))?;
    let count = answer("clearing", store.client.clear())?;
    ensure(count == 8, || format!("8 entries were there to be cleared, and {count} were counted"))?;
    store.expect_none("after clearing", &[key(1, 0), key(1, 9)])?;
    store.put(&entries(1, 0..2))?;
    store.expect("after a put into a cleared store", &entries(1, 0..2))
}

pub(super) fn stats(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let count = || answer("asking for counts", store.client.stats()).map(|stats| stats.entries);
    for (group, expected) in [(1, 20), (2, 40), (2, 40)] {
        store.put(&entries(group, 0..20))?;
        let found = count()?;
        ensure(found == expected, || format!("there are {expected} entries, and {found} are counted"))?;
    }
    answer("clearing", store.client.clear())?;
    let found = count()?;
    ensure(found == 0, || format!("the store was cleared, and {found} entries are counted"))
}

pub(super) fn verify(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    store.put(&entries(1, 0..20))?;
    let damage = answer("verifying the store", store.client.verify())?;
    ensure(damage.is_empty(), || format!("a sound store is called damaged: {}", damage.join("; ")))
}
