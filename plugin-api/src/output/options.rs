//! The options that all file exporters share: [`OutputOptions`], which their config types flatten.

use super::destination::Destination;
use crate::error::{Error, Result};
use crate::exporter::Target;
use crate::row::repeated_name;
use crate::schema::{ConfigSchema, PluginConfig};
use serde::Deserialize;

/// Behaviour when the target exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfExists {
    /// The new file replaces it once it is complete.
    #[default]
    Replace,
    /// The rows are appended to it once all are written, in formats that can: `csv` and `jsonl`.
    Append,
    /// The export fails, and the file is unchanged.
    Fail,
}

/// Options of a file exporter: the target and the columns.
///
/// A plugin's config takes them in with `#[config(flatten)] output: OutputOptions`.
#[derive(Debug, Clone, PartialEq, Eq, PluginConfig)]
pub struct OutputOptions {
    /// Path of the file, relative to the working directory; `-` is the standard output. Missing folders are created.
    pub path: String,
    /// Columns to write, in this order. Default: all, in the order in which they appear.
    pub columns: Option<Vec<String>>,
    /// Behaviour when the file exists: `replace` it once the new one is complete, `append` the rows to it (`csv` and `jsonl`
    /// only), or `fail`.
    #[config(default = "replace")]
    pub if_exists: IfExists,
}

impl OutputOptions {
    /// All columns to a path, or to the standard output for `-`; a file that exists is replaced.
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), columns: None, if_exists: IfExists::Replace }
    }

    /// Checks the options before anything is written.
    ///
    /// # Errors
    /// A config error for an empty path, an empty list of columns, or a column that is listed twice.
    pub fn check(&self) -> Result<()> {
        if self.path.trim().is_empty() {
            return Err(Error::config("path", "`path` is empty").hint("name a file, or `-` for the standard output"));
        }
        let Some(columns) = &self.columns else { return Ok(()) };
        if columns.is_empty() {
            return Err(
                Error::config("columns", "`columns` is an empty list").hint("leave it out to write all columns")
            );
        }
        match repeated_name(columns.iter().map(String::as_str)) {
            Some(twice) => Err(Error::config("columns", format!("`columns` lists `{twice}` twice"))),
            None => Ok(()),
        }
    }

    /// The target of the rows, as an exporter reports it.
    pub fn target(&self) -> Target {
        let replaces = match self.if_exists {
            IfExists::Replace => Some(true),
            IfExists::Append => None,
            IfExists::Fail => Some(false),
        };
        Destination::named(&self.path).target(&self.path, replaces)
    }
}
