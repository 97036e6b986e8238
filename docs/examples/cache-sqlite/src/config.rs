//! Settings of the plugin.

use rowsmith_plugin_api::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of the database.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// File of the database; created, with its folder, when missing. It must not be on a network file system.
    #[config(default = ".rowsmith/answers.sqlite")]
    pub(crate) path: PathBuf,
    /// Seconds to wait while another process writes.
    #[config(default = 10, min = 1, max = 600)]
    pub(crate) busy_secs: u64,
}

impl Config {
    /// Checks the values of the settings.
    pub(crate) fn check(&self) -> Result<()> {
        if self.path.as_os_str().is_empty() {
            return Err(Error::config("path", "`path` is empty, expected a file"));
        }
        Ok(())
    }

    pub(crate) fn busy(&self) -> Duration {
        Duration::from_secs(self.busy_secs)
    }
}
