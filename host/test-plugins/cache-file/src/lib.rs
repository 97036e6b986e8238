//! A cache in the file of the setting `file`, for tests of the host.
#![forbid(unsafe_code)]

#[path = "../../entries.rs"]
mod entries;

use entries::{Entries, Place};
use rowsmith_plugin_api::prelude::{PluginConfig, Result, Store, export_plugin};
use std::path::PathBuf;

/// Settings of the store.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// File of the entries.
    #[config(default = "answers/entries.json")]
    file: PathBuf,
}

impl Place for Config {
    fn file(&self) -> Result<PathBuf> {
        Ok(self.file.clone())
    }

    fn store(&self) -> Store {
        Store { name: self.file.display().to_string(), path: None, persistent: true, ..Store::default() }
    }
}

/// The cache.
pub type FileCache = Entries<Config>;

export_plugin!(cache: FileCache, name = "file", about = "Entries in one file");
