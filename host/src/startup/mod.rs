//! From a config file to open plugins.
//!
//! [`load`] runs every pass over a config and finds its plugins, [`open_plugins`] creates their instances with their
//! secrets, [`plugin_inventory`] and [`pins`] serve the commands that list and pin plugins.

mod error;
pub mod load;
pub mod open_plugins;
pub mod pins;
pub mod plugin_inventory;

pub use error::HostError;
