//! The plugins that come with Rowsmith.
//!
//! The dependencies in this crate's `Cargo.toml` are the list: to bundle a plugin, add its folder and one line there.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::bridge::LinkedPlugin;

include!(concat!(env!("OUT_DIR"), "/plugins.rs"));
