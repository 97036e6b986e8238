//! Loads configs and opens their plugins.
//!
//! [`load`] runs all passes over a config and finds its plugins, [`open_plugins`] creates their instances with their
//! secrets, [`plugin_inventory`] and [`pins`] serve the commands that list and pin plugins, and [`command_files`] are the
//! files of the programs that plugins start.

mod cache_expiry;
pub mod command_files;
mod error;
mod free_process;
pub mod insecure_address;
mod load;
mod loaded;
pub mod open_plugins;
mod output;
pub mod pins;
pub mod plugin_inventory;
mod scraper_end;
pub mod targets;
mod unrecorded_programs;

pub use error::HostError;
pub use load::{Overrides, load};
pub use loaded::{InvalidConfig, LoadError, Loaded, LoadedPlugin};
