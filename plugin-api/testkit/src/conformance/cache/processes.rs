//! One store and several processes.

use super::coordination::{QUOTA, now_ms};
use super::store::{Store, key, two, value, worker};
use super::work::{CLAIMED, PUTS, SHARED};
use crate::conformance::finding::{Judged, ensure, failed, skipped};
use crate::conformance::subject::Subject;
use crate::conformance::worker::{Task, Work};

/// How many acknowledged values are enough before a process is killed.
const ENOUGH: u32 = 20;

pub(super) fn at_once(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let worker = worker(subject, &place)?;
    for process in two(worker, &place, Work::Puts)? {
        process.rest()?;
    }
    let store = Store::open(subject, &place)?;
    for writer in [0, 1] {
        let own: Vec<_> = (0..PUTS).map(|number| (key(writer, number), value(&key(writer, number), writer))).collect();
        store.expect("after puts of two processes", &own)?;
    }
    let shared: Vec<_> = (0..PUTS).map(|number| key(SHARED, number)).collect();
    for (key, found) in shared.iter().zip(store.get(&shared)?) {
        ensure([0, 1].into_iter().any(|writer| found.as_ref() == Some(&value(key, writer))), || {
            "a key that both processes put has a value that none of them wrote".to_owned()
        })?;
    }
    Ok(())
}

pub(super) fn killed(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let worker = worker(subject, &place)?;
    let task = Task { config: place.config.clone(), number: 0, work: Work::PutsWithoutEnd };
    let mut process = worker.start(&task)?;
    process.go();
    let mut acknowledged = 0;
    while acknowledged < ENOUGH {
        match process.next()? {
            Some(_) => acknowledged += 1,
            None => return failed("another process ended by itself"),
        }
    }
    acknowledged += u32::try_from(process.kill()?.len()).unwrap_or(u32::MAX);
    let store = Store::open(subject, &place)?;
    let all: Vec<_> = (0..acknowledged).map(|number| (key(0, number), value(&key(0, number), 0))).collect();
    store.expect("after the process that put it was killed", &all)?;
    // The store must be usable at once, whatever locks the dead process held.
    let next = [(key(5, 0), value(&key(5, 0), 5))];
    store.put(&next)?;
    store.expect("after a put that follows the death of a process", &next)
}

fn coordinated(subject: &Subject) -> Judged {
    if subject.manifest.can("coordination") { Ok(()) } else { skipped("`coordination` is not declared") }
}

pub(super) fn quota(subject: &Subject) -> Judged {
    coordinated(subject)?;
    let place = subject.place()?;
    let worker = worker(subject, &place)?;
    let mut granted = 0;
    for process in two(worker, &place, Work::Quota(now_ms()))? {
        granted += process.rest()?.len();
    }
    ensure(u64::try_from(granted) == Ok(QUOTA), || {
        format!("two processes together were granted {granted} of a quota of {QUOTA}")
    })
}

pub(super) fn claims(subject: &Subject) -> Judged {
    coordinated(subject)?;
    let place = subject.place()?;
    let worker = worker(subject, &place)?;
    let mut owned = Vec::new();
    for process in two(worker, &place, Work::Claims(now_ms()))? {
        owned.extend(process.rest()?.iter().filter_map(|number| number.parse::<u32>().ok()));
    }
    owned.sort_unstable();
    let twice = owned.windows(2).filter(|pair| pair[0] == pair[1]).count();
    ensure(twice == 0, || format!("{twice} keys were claimed by both of two processes"))?;
    ensure(owned.iter().copied().eq(0..CLAIMED), || "some keys could be claimed by none of two processes".to_owned())
}
