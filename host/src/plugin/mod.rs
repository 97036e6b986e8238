//! Plugins: found, judged, opened, and served.
//!
//! [`discovery`] finds files, [`image`] judges their bytes without running them (with `compat`), [`loader`] opens
//! them, [`services`] is what they are lent (with [`http`] and [`redact`]), and [`registry`] hands out clients.

mod compat;
pub mod discovery;
pub mod error;
pub mod http;
pub mod image;
pub mod loader;
pub mod redact;
pub mod registry;
pub mod services;

pub use error::PluginError;
