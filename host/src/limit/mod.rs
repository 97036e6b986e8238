//! Limits every call to the service: quotas, budgets, pauses, retries and the stop signal.
//!
//! Every call, a retry or a single row included, acquires a permit from [`rate_limiter::RateLimiter`] and reserves its worst
//! case in [`budget::BudgetTracker`].
//! This layer does not know about rows.

pub mod availability;
pub mod backoff;
pub mod budget;
pub mod clock;
pub mod concurrency;
pub mod memory;
pub mod outage;
pub mod rate_limiter;
pub mod service_state;
pub mod shared_quota;
pub mod stop;
pub mod wait;

mod limit_windows;
mod throughput;
