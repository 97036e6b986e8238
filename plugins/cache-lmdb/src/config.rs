//! Settings of the plugin.

use rowsmith_plugin_api::prelude::{ConfigSchema, Deserialize, Error, PluginConfig, Result};
use std::path::PathBuf;
use std::time::Duration;

/// One mebibyte, the unit of the size options.
pub(crate) const MEBIBYTE: u64 = 1024 * 1024;

/// Settings of the store.
#[derive(Debug, Clone, PluginConfig)]
pub struct Config {
    /// Folder of the store; created, for its owner only, when missing. It must not be on a network file system.
    #[config(default = ".rowsmith/cache")]
    pub(crate) path: PathBuf,
    /// Initial size in MiB. The store grows automatically.
    #[config(default = 16, min = 1, max = 1_048_576)]
    pub(crate) map_size_mb: u64,
    /// Maximum size in MiB; unlimited when absent.
    #[config(min = 1, max = 1_048_576)]
    pub(crate) max_size_mb: Option<u64>,
    /// Wait until answers are on the disk. Without it the store is faster and waits at the end of a run only, but a power
    /// failure before may damage it; a killed process does not.
    #[config(default = true)]
    pub(crate) sync: bool,
    /// Open an existing store without writing to it.
    #[config(default = false)]
    pub(crate) read_only: bool,
    /// Action on a damaged store: `refuse` ends the run and leaves the store unchanged, `quarantine` renames it to
    /// `data.mdb.corrupt-<time>` and creates an empty one.
    #[config(default = "refuse")]
    pub(crate) on_corrupt: OnCorrupt,
    /// Maximum wait in seconds for another process that opens or writes the store. After it, the cache counts as
    /// unavailable, and the message names the process.
    #[config(default = 10, min = 1, max = 300)]
    pub(crate) lock_wait_secs: u64,
}

/// Action on a damaged store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnCorrupt {
    /// Fail and leave the store unchanged.
    #[default]
    Refuse,
    /// Rename the store and create an empty one.
    Quarantine,
}

impl Config {
    /// Checks the values of the settings.
    ///
    /// # Errors
    /// [`Error::config`] with the option's name.
    pub(crate) fn check(&self) -> Result<()> {
        if self.path.as_os_str().is_empty() {
            return Err(Error::config("path", "`path` is empty, expected a folder"));
        }
        match self.max_size_mb {
            Some(max) if max < self.map_size_mb => Err(Error::config(
                "max_size_mb",
                format!("`max_size_mb` is {max}, below `map_size_mb` ({})", self.map_size_mb),
            )),
            _ => Ok(()),
        }
    }

    /// Maximum wait for another process.
    pub(crate) fn lock_wait(&self) -> Duration {
        Duration::from_secs(self.lock_wait_secs)
    }

    /// Initial size in bytes.
    pub(crate) fn map_size(&self) -> u64 {
        self.map_size_mb.saturating_mul(MEBIBYTE)
    }

    /// Maximum size in bytes.
    pub(crate) fn max_size(&self) -> Option<u64> {
        self.max_size_mb.map(|size| size.saturating_mul(MEBIBYTE))
    }
}
