//! One store after another process, and from several threads.

use super::store::{Store, key, value};
use crate::conformance::finding::{Judged, answer, ensure, failed, skipped};
use crate::conformance::subject::Subject;
use std::thread;

pub(super) fn reopening(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let all: Vec<_> = (0..30).map(|number| (key(1, number), value(&key(1, number), 0))).collect();
    let store = Store::open(subject, &place)?;
    let before = answer("asking where the store is", store.client.store())?;
    ensure(!before.name.trim().is_empty(), || "the store has no name".to_owned())?;
    if !before.persistent {
        return skipped("the store does not outlive its process");
    }
    store.put(&all)?;
    answer("deleting", store.client.delete_many(&[key(1, 0)]))?;
    drop(store);
    let store = Store::open(subject, &place)?;
    let after = answer("asking where the store is", store.client.store())?;
    ensure(before == after, || format!("the store was at `{}` and is at `{}`", before.name, after.name))?;
    store.expect("after reopening", all.get(1..).unwrap_or_default())?;
    store.expect_none("after a delete and reopening", &[key(1, 0)])
}

pub(super) fn threads(subject: &Subject) -> Judged {
    const THREADS: u8 = 4;
    let place = subject.place()?;
    let store = Store::open(subject, &place)?;
    let of = |thread: u8| (0..25).map(move |number| (key(thread, number), value(&key(thread, number), thread)));
    let shared = |thread: u8| (key(99, 0), value(&key(99, 0), thread));
    let put = |thread: u8| {
        for entry in of(thread) {
            store.put(&[entry.clone(), shared(thread)])?;
            store.expect("right after its put", &[entry])?;
        }
        Ok(())
    };
    let results: Vec<Judged> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || put(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| failed("a thread panicked"))).collect()
    });
    results.into_iter().collect::<Judged>()?;
    for thread in 0..THREADS {
        store.expect("after puts of several threads", &of(thread).collect::<Vec<_>>())?;
    }
    let found = store.get(&[key(99, 0)])?.pop().flatten();
    ensure((0..THREADS).any(|thread| found.as_ref() == Some(&shared(thread).1)), || {
        "a key that several threads put has a value that none of them wrote".to_owned()
    })
}
