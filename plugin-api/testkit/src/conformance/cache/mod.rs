//! Checks of a cache.

mod checks;
mod coordination;
mod entries;
mod expiry;
mod processes;
mod scans;
mod sharing;
mod store;
mod store_time;
mod transactions;
mod worker_task;

pub(super) use checks::CHECKS;
pub(super) use worker_task::perform as perform_task;
