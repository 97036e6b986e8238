//! A cache at an address, for tests of the host: a file stands for the service.
#![forbid(unsafe_code)]

#[path = "../../entries.rs"]
mod entries;

use entries::{Entries, Place};
use rowsmith_plugin_api::prelude::{Error, PluginConfig, Result, Store, export_plugin};
use std::path::PathBuf;

/// Settings of the store.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Address of the store.
    #[config(default = "store://answers/entries.json")]
    url: String,
}

impl Place for Config {
    fn file(&self) -> Result<PathBuf> {
        let file = self.url.strip_prefix("store://").map(PathBuf::from);
        file.ok_or_else(|| Error::config("url", format!("`{}` is no address of a store", self.url)))
    }

    fn store(&self) -> Store {
        Store { name: self.url.clone(), path: None, persistent: true, ..Store::default() }
    }
}

/// The cache.
pub type ServiceCache = Entries<Config>;

export_plugin!(cache: ServiceCache, name = "service", about = "Entries at an address");
