//! Plugins: found, judged, opened, and served.
//!
//! [`discovery`] finds files, [`image`] judges their bytes without running them, [`loader`] opens them,
//! [`services`] is what they are lent (with [`http`], [`traffic`] and [`redact`]), and [`registry`] hands out clients.

pub mod discovery;
pub mod error;
pub mod http;
pub mod image;
pub mod loader;
pub mod redact;
pub mod registry;
pub mod services;
pub mod traffic;

pub use error::PluginError;
