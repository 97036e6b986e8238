//! The `[exporters.config]` table of this plugin.

use rowsmith_plugin_api::output::{IfExists, OutputOptions};
use rowsmith_plugin_api::prelude::*;

/// How the JSON file is written.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file, relative to the working directory; `-` is the standard output. Its folder is made when it is missing.
    pub(crate) path: String,
    /// Exactly these columns, in this order. Without it: all, in the order in which they appear.
    pub(crate) columns: Option<Vec<String>>,
    /// What happens when the file exists: `replace` (once the new one is complete) or `fail`.
    #[serde(default)]
    #[config(default = "\"replace\"")]
    pub(crate) if_exists: IfExists,
    /// Whether every value has a line of its own, indented. Without it: one row a line.
    #[serde(default)]
    #[config(default = "false")]
    pub(crate) pretty: bool,
}

impl Config {
    pub(crate) fn output(&self) -> OutputOptions {
        OutputOptions { path: self.path.clone(), columns: self.columns.clone(), if_exists: self.if_exists }
    }
}
