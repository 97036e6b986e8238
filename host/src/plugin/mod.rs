//! Plugins: found, judged, opened, and served.
//!
//! [`discovery`] finds files, [`image`] judges their bytes without running them, [`loader`] opens them,
//! [`services`] is what they are lent (with [`http`] and [`redact`]), and [`registry`] hands out clients. Those that the
//! config asks for run in a process of their own.

pub mod discovery;
pub mod error;
pub mod http;
pub mod image;
#[cfg(unix)]
pub mod isolated;
pub mod loader;
pub mod redact;
pub mod registry;
pub mod services;

pub use error::PluginError;
