//! Answers kept in memory, for tests, benchmarks and runs that must leave nothing behind.
//!
//! Everything is gone when the run ends, so every run pays for every row again. The quota windows and the leases of
//! capability `coordination` reach only as far as the process.

#![forbid(unsafe_code)]

mod config;
mod leases;
mod quota;
mod store;

pub use config::Config;
pub use store::MemoryCache;

use rowsmith_plugin_api::prelude::export_plugin;

export_plugin!(
    cache: MemoryCache,
    name = "memory",
    about = "Answers in memory; gone when the run ends",
    capabilities = ["coordination"],
);
