//! Runs of the pipeline for benchmarks and for tests on a paused clock.
//!
//! The plugins are in the same process and pass the same vtables as plugins from files.

mod plugins;
pub(crate) mod runs;
mod settings;

pub(crate) use plugins::DESCRIPTION;
pub(crate) use runs::{host_services, open_memory_cache, run, run_with};
pub(crate) use settings::{plugin_use, settings};
