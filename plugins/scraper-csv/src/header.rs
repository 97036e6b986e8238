//! Selects and names the columns of a file.

use crate::config::Config;
use rowsmith_plugin_api::input::{listed, near_names};
use rowsmith_plugin_api::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// The columns to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Number of cells in a row of the file.
    pub(crate) width: usize,
    /// Names of the selected columns.
    pub(crate) names: Arc<[String]>,
    /// Index in the file of each selected column.
    pub(crate) indices: Vec<usize>,
}

/// Column names for a file without a header.
pub(crate) fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|number| format!("column_{number}")).collect()
}

/// Checks the column names of a file and selects the configured columns.
pub(crate) fn select(header: &[String], config: &Config) -> Result<Columns> {
    let indices = indices_by_name(header)?;
    let wanted = config.columns.as_deref().unwrap_or(header);
    let mut names: Vec<String> = Vec::with_capacity(wanted.len());
    let mut selected = Vec::with_capacity(wanted.len());
    for column in wanted {
        selected.push(*indices.get(column.as_str()).ok_or_else(|| unknown("columns", column, header))?);
        names.push(config.rename.get(column).unwrap_or(column).clone());
    }
    if let Some(column) = config.rename.keys().find(|column| !indices.contains_key(column.as_str())) {
        return Err(unknown("rename", column, header));
    }
    let mut seen = HashMap::new();
    for (name, from) in names.iter().zip(wanted) {
        if let Some(other) = seen.insert(name.as_str(), from) {
            let key = if config.rename.is_empty() { "columns" } else { "rename" };
            return Err(Error::config(key, format!("`{other}` and `{from}` both become column `{name}`")));
        }
    }
    Ok(Columns { width: header.len(), names: names.into(), indices: selected })
}

fn indices_by_name(header: &[String]) -> Result<HashMap<&str, usize>> {
    let mut indices = HashMap::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        if name.trim().is_empty() {
            let error = Error::new(ErrorKind::InvalidData, format!("column {} has no name in the header", index + 1));
            return Err(error.hint("name it in the first line, or set `has_header = false` if the first line is data"));
        }
        if let Some(first) = indices.insert(name.as_str(), index) {
            let message = format!("columns {} and {} are both named `{name}` in the header", first + 1, index + 1);
            let error = Error::new(ErrorKind::InvalidData, message).with_context("column", name);
            return Err(error
                .hint("rename one of them in the first line, or set `has_header = false` if the first line is data"));
        }
    }
    Ok(indices)
}

fn unknown(key: &str, column: &str, header: &[String]) -> Error {
    let near = near_names(column, header.iter().cloned());
    let some: Vec<String> = header.iter().take(20).cloned().collect();
    let hint = if near.is_empty() {
        format!("the file has the columns {}", listed(&some))
    } else {
        format!("did you mean {}?", listed(&near))
    };
    Error::config(key, format!("the file has no column `{column}`")).hint(hint)
}
