//! The checks of a cache, in their order.

use super::{coordination, entries, expiry, processes, scans, sharing, transactions};
use crate::conformance::suite::CheckSpec;

pub(in crate::conformance) const CHECKS: &[CheckSpec] = &[
    ("put_and_get", "a put value is returned, and a later put replaces it", entries::put_and_get),
    ("twice_in_one_put", "the last value wins when one put has a key twice", entries::twice_in_one_put),
    ("sizes", "values may be empty or 1 MiB long", entries::sizes),
    ("similar_keys", "similar keys are not mixed up", entries::similar_keys),
    ("deleting", "deleting and clearing return the number of entries", entries::deleting),
    ("stats", "the number of entries is right", entries::stats),
    ("scan_order", "a scan of 1000 entries is in the order of their keys", scans::order),
    ("scan_limits", "a scan continues after a key, within its limit", scans::limits),
    ("verify", "a sound store is verified as sound", entries::verify),
    ("reopening", "a persistent store keeps its values when it is reopened", sharing::reopening),
    ("threads", "several threads can use the store at once", sharing::threads),
    ("processes", "two processes can use the store at once", processes::at_once),
    ("killed_process", "an acknowledged value survives the death of its process", processes::killed),
    ("quota", "a quota holds within its window", coordination::quota),
    ("quota_passes", "room returns when a quota's window has passed", coordination::quota_passes),
    ("leases", "a lease lasts until it is released", coordination::leases),
    ("leases_pass", "a lease expires unless it is renewed", coordination::leases_pass),
    ("quota_processes", "a quota holds among processes", processes::quota),
    ("lease_processes", "a leased key has one owner among processes", processes::leases),
    ("expiry", "an entry with an expiry ends, and a later put replaces the expiry", expiry::expiry),
    ("changes", "changes are applied in their order", transactions::changes),
    ("changes_together", "changes are observed together or not at all", transactions::together),
    ("changes_killed", "changes survive the death of their process together or not at all", transactions::killed),
    ("finish", "entries survive the end of a run", sharing::finish),
];
