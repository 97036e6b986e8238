//! What stands between a call and the service: quotas, budgets, pauses, retries, and the wish to stop.
//!
//! Every call, first or retried, whole batch or single row, passes [`rate_limiter::RateLimiter`] and [`budget::BudgetTracker`].
//! Nothing here knows about rows.

pub mod backoff;
pub mod budget;
pub mod clock;
pub mod concurrency;
pub mod rate_limiter;
pub mod stop;
pub mod window;
