//! The plugin's table in the config, and its check.

use rowsmith_plugin_api::prelude::{ConfigSchema, Deserialize, Error, PluginConfig, Result};
use std::path::PathBuf;

/// One mebibyte, the unit of the size options.
pub(crate) const MEBIBYTE: u64 = 1024 * 1024;

/// Where the store is and how it behaves.
#[derive(Debug, Clone, PluginConfig)]
pub struct Config {
    /// The store's folder; made, for its owner only, when it does not exist. It must not be on a network file system.
    #[config(default = ".rowsmith/cache")]
    pub(crate) path: PathBuf,
    /// How much room the store starts with; it grows by itself when that is used up.
    #[config(default = 16, min = 1, max = 1_048_576)]
    pub(crate) map_size_mb: u64,
    /// How large the store may grow; without it, the disk is the limit.
    #[config(min = 1, max = 1_048_576)]
    pub(crate) max_size_mb: Option<u64>,
    /// Whether an answer is on the disk before the run goes on. Without it the store is faster, and a power failure may
    /// damage it; the end of the process alone does not.
    #[config(default = true)]
    pub(crate) sync: bool,
    /// Whether nothing may be written; the store must exist then.
    #[config(default = false)]
    pub(crate) read_only: bool,
    /// What to do with a store that is damaged: `refuse` leaves it as it is and ends the run, `quarantine` puts it aside
    /// as `data.mdb.corrupt-<time>` and begins an empty one.
    #[config(default = "refuse")]
    pub(crate) on_corrupt: OnCorrupt,
}

/// What to do with a damaged store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnCorrupt {
    /// Leave it as it is and fail.
    #[default]
    Refuse,
    /// Put it aside and begin an empty one.
    Quarantine,
}

impl Config {
    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// [`Error::config`] with the option's name.
    pub(crate) fn check(&self) -> Result<()> {
        let sizes = 1..=1_048_576;
        if self.path.as_os_str().is_empty() {
            return Err(Error::config("path", "`path` is empty, but the store needs a folder"));
        }
        if !sizes.contains(&self.map_size_mb) {
            return Err(Error::config(
                "map_size_mb",
                format!("`map_size_mb` is {}, not 1 to 1048576", self.map_size_mb),
            ));
        }
        match self.max_size_mb {
            Some(max) if !sizes.contains(&max) => {
                Err(Error::config("max_size_mb", format!("`max_size_mb` is {max}, not 1 to 1048576")))
            }
            Some(max) if max < self.map_size_mb => Err(Error::config(
                "max_size_mb",
                format!("`max_size_mb` is {max}, which is less than `map_size_mb` ({})", self.map_size_mb),
            )),
            _ => Ok(()),
        }
    }

    /// The size to start with, in bytes.
    pub(crate) fn map_size(&self) -> u64 {
        self.map_size_mb.saturating_mul(MEBIBYTE)
    }

    /// The size not to exceed, in bytes.
    pub(crate) fn max_size(&self) -> Option<u64> {
        self.max_size_mb.map(|size| size.saturating_mul(MEBIBYTE))
    }
}
