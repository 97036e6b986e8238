//! Plugins: discovery, checks, loading and supervision.
//!
//! [`discovery`] finds files, [`image`] checks their bytes without running them (with `compat`), [`loader`] opens
//! [`discovery`] finds files, [`image`] checks their bytes without running them (with `compat`), [`loader`] opens
//! [`registry`] creates instances.
//!
//! Plugins are not trusted: [`call_guard`] ends every call at its deadline, [`sanitize`] removes secrets and control
//! characters from errors, [`exit_guard`] names the plugin that ended the process, and `isolated` runs a plugin in a process
//! of its own where the config asks for it. [`retry`] retries the calls of a cache that is unavailable.

pub mod call_guard;
pub mod call_site;
mod compat;
pub mod discovery;
pub mod error;
pub mod exit_guard;
pub mod host_services;
pub mod http;
pub mod image;
#[cfg(unix)]
pub mod isolated;
pub mod loader;
pub mod optional;
pub mod plugin_progress;
mod private_copy;
pub mod record_replay;
pub mod registry;
pub mod retry;
pub mod row_intake;
pub mod sanitize;
pub mod silence;
pub mod state_folders;

pub use error::PluginError;
