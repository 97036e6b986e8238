//! What the host relies on in a cache.

mod coordination;
mod entries;
mod processes;
mod scans;
mod sharing;
mod store;
pub(super) mod work;

use super::suite::Step;

pub(super) const CHECKS: &[Step] = &[
    ("what is put can be got, and the last put counts", entries::put_and_get),
    ("of one key twice in one put, the last counts", entries::twice_in_one_put),
    ("values may be empty, or a mebibyte long", entries::sizes),
    ("keys that look alike are not mixed up", entries::hostile_keys),
    ("deleting and clearing count what was there", entries::deleting),
    ("the counts of the store are right", entries::stats),
    ("a thousand entries are scanned in the order of their keys", scans::order),
    ("a scan goes on after a key, within its limit", scans::limits),
    ("a sound store verifies as sound", entries::verify),
    ("a persistent store keeps its values over reopening", sharing::reopening),
    ("several threads can use the store at once", sharing::threads),
    ("two processes can use the store at once", processes::at_once),
    ("what was acknowledged survives the death of its process", processes::killed),
    ("a quota holds within its window", coordination::quota),
    ("a claim holds until it is given back or runs out", coordination::claims),
    ("a quota holds among processes", processes::quota),
    ("a claimed key has one owner among processes", processes::claims),
];
