//! The `[exporters.config]` table of this plugin.

use crate::limits;
use rowsmith_plugin_api::output::OutputOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of the workbook.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) output: OutputOptions,
    /// Name of the sheet: 1 to 31 characters, none of `[ ] : * ? / \`, and no `'` at its start or end.
    #[config(default = "Rows")]
    pub(crate) sheet: String,
    /// Text between the items of a list, which share one cell.
    #[config(default = ", ")]
    pub(crate) list_separator: String,
    /// Add a filter to the header of each column.
    #[config(default = false)]
    pub(crate) autofilter: bool,
}

impl Config {
    /// Checks what the schema cannot express.
    pub(crate) fn check(&self) -> Result<()> {
        match limits::problem_of_sheet_name(&self.sheet) {
            None => Ok(()),
            Some(problem) => {
                let message = format!("invalid sheet name `{}`: {problem}", self.sheet.escape_debug());
                Err(Error::config("sheet", message).hint("use a name such as `Rows`"))
            }
        }
    }
}
