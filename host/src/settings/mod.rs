//! Settings of a run with their defaults, and the environment variables that the program reads.
//!
//! Every other layer may depend on this one. It reads no files and opens no plugins.

mod batch;
mod cache;
pub mod defaults;
mod enrich;
pub mod env;
mod plugin_use;
mod provider;
mod run_settings;
pub mod test_time;

pub use batch::{Anchor, BatchSettings, Fallback, Pairing};
pub use cache::{CacheRetrySettings, CacheSettings, OnQuotaError};
pub use enrich::{Enrich, MissingInput};
pub use plugin_use::{Isolation, PluginUse};
pub use provider::{Prices, ProviderLimits, RetrySettings};
pub use run_settings::{Budget, OnFailure, RunSettings, Settings};
