//! The config as it is written ([`raw`]), the plugins that it names ([`plugin_uses`]), and its validation ([`validate`]).

mod plugin_uses;
mod provider_choice;
pub mod raw;
pub mod validate;

pub use plugin_uses::{plugin_uses, plugins_table};
pub use provider_choice::ProviderChoice;
