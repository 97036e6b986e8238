//! What stands between a call and the service: quotas, budgets, pauses, retries, and the wish to stop.
//!
//! Every call, first or retried, whole batch or single row, passes [`gate::Gate`] and [`budget::Ledger`].
//! Nothing here knows about rows.

pub mod backoff;
pub mod budget;
pub mod clock;
pub mod concurrency;
pub mod gate;
pub mod stop;
pub mod window;
