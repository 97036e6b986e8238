//! A cache in memory, for tests, benchmarks and runs that must leave no files.
//!
//! The answers end with the process, so every run pays for every row. Quota windows and leases (capability
//! `coordination`) are shared within the process only.

#![forbid(unsafe_code)]

mod config;
mod entries;
mod leases;
mod quota;
mod store;

pub use config::Config;
pub use store::MemoryCache;

use rowsmith_plugin_api::prelude::export_plugin;

export_plugin!(
    cache: MemoryCache,
    name = "memory",
    about = "Answers in memory, lost when the run ends",
    capabilities = ["coordination", "expiry", "transactions"],
);
