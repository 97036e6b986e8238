//! The plugin's table in the config.

use rowsmith_exec::LaunchOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of a scraper program.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) program: LaunchOptions,
}
