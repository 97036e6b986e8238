//! Plugins: found, judged, opened, and served.
//!
//! [`discovery`] finds files, [`image`] judges their bytes without running them (with `compat`), [`loader`] opens
//! them, [`services`] is what they are lent (with [`http`], [`traffic`], [`sinks`] and [`redact`]), and [`registry`]
//! hands out clients.
//!
//! Plugins are not trusted to behave: [`watched`] ends every call, [`tidy`] makes their errors fit to be shown,
//! [`exit_guard`] tells which one ended the process, and those that the config asks for run in a process of their own.

mod compat;
pub mod discovery;
pub mod error;
pub mod exit_guard;
pub mod http;
pub mod image;
pub mod inside;
#[cfg(unix)]
pub mod isolated;
pub mod loader;
pub mod method_name;
pub mod redact;
pub mod registry;
pub mod services;
pub mod sinks;
pub mod tidy;
pub mod traffic;
pub mod watched;

pub use error::PluginError;
