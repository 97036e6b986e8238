//! The settings that every exporter of files has.
//!
//! A plugin's config type repeats the three keys (the schema of a config has no nesting without a table), and hands
//! them over as [`OutputOptions`].

use super::place::Place;
use crate::error::{Error, Result};
use crate::exporter::Target;
use crate::schema::ConfigSchema;
use serde::Deserialize;
use std::collections::HashSet;

/// What happens when the target exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfExists {
    /// The new file takes its place, once it is complete.
    #[default]
    Replace,
    /// The export fails and the file stays as it is.
    Fail,
}

/// Where an exporter writes to, and which columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputOptions {
    /// A path, or `-` for the standard output.
    pub path: String,
    /// Exactly these columns, in this order; all, when there is no list.
    pub columns: Option<Vec<String>>,
    /// What happens when the target exists already.
    pub if_exists: IfExists,
}

impl OutputOptions {
    /// All columns to a path, or to the standard output for `-`; a file that exists is replaced.
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), columns: None, if_exists: IfExists::Replace }
    }

    /// Refuses what cannot work, before anything is written.
    ///
    /// # Errors
    /// A config error for a path without a file's name, an empty list of columns, or a column that is listed twice.
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
        let mut seen = HashSet::new();
        match columns.iter().find(|column| !seen.insert(column.as_str())) {
            Some(twice) => Err(Error::config("columns", format!("`columns` lists `{twice}` twice"))),
            None => Ok(()),
        }
    }

    /// Where the rows will be.
    pub fn target(&self) -> Target {
        Place::named(&self.path).target(&self.path)
    }
}
