//! Checked settings of a run, their defaults, and the environment variables that the program reads.
//!
//! Nothing here reads a file or knows a plugin: every other layer may depend on this one.

pub mod defaults;
pub mod env;
mod run_settings;

pub use run_settings::{
    BatchSettings, Budget, Enrich, Fallback, Isolation, MissingInput, OnFailure, Pairing, PluginUse, ProviderLimits,
    RunSettings, Settings,
};
