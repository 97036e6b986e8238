//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// Where the database is.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// The database's file; made, with its folder, when it does not exist. It must not be on a network file system.
    #[config(default = ".rowsmith/answers.sqlite")]
    pub(crate) path: PathBuf,
    /// How long to wait while another process writes.
    #[config(default = 10, min = 1, max = 600)]
    pub(crate) busy_secs: u64,
}

impl Config {
    /// Checks what the schema cannot say.
    pub(crate) fn check(&self) -> Result<()> {
        if self.path.as_os_str().is_empty() {
            return Err(Error::config("path", "`path` is empty, but the cache needs a file"));
        }
        Ok(())
    }

    pub(crate) fn busy(&self) -> Duration {
        Duration::from_secs(self.busy_secs)
    }
}
