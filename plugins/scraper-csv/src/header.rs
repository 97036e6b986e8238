//! Which columns a file has, and which of them are read under which names.

use crate::config::Config;
use rowsmith_plugin_api::input::{listed, near_names};
use rowsmith_plugin_api::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// The columns to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    /// How many cells a row of the file has.
    pub(crate) width: usize,
    /// The names of the columns that are read.
    pub(crate) names: Arc<[String]>,
    /// The place in the file of each of `names`.
    pub(crate) places: Vec<usize>,
}

/// The names of a file without a header.
pub(crate) fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|number| format!("column_{number}")).collect()
}

/// Checks the names that a file gives to its columns, and picks those that the config wants.
pub(crate) fn select(found: &[String], config: &Config) -> Result<Columns> {
    let places = places_by_name(found)?;
    let wanted = config.columns.as_deref().unwrap_or(found);
    let mut names: Vec<String> = Vec::with_capacity(wanted.len());
    let mut chosen = Vec::with_capacity(wanted.len());
    for column in wanted {
        chosen.push(*places.get(column.as_str()).ok_or_else(|| unknown("columns", column, found))?);
        names.push(config.rename.get(column).unwrap_or(column).clone());
    }
    if let Some(column) = config.rename.keys().find(|column| !places.contains_key(column.as_str())) {
        return Err(unknown("rename", column, found));
    }
    let mut seen = HashMap::new();
    for (name, from) in names.iter().zip(wanted) {
        if let Some(other) = seen.insert(name.as_str(), from) {
            let key = if config.rename.is_empty() { "columns" } else { "rename" };
            return Err(Error::config(key, format!("`{other}` and `{from}` would both be the column `{name}`")));
        }
    }
    Ok(Columns { width: found.len(), names: names.into(), places: chosen })
}

fn places_by_name(found: &[String]) -> Result<HashMap<&str, usize>> {
    let mut places = HashMap::with_capacity(found.len());
    for (place, name) in found.iter().enumerate() {
        if name.trim().is_empty() {
            let error = Error::new(ErrorKind::InvalidData, format!("column {} has no name in the header", place + 1));
            return Err(error.hint("name it in the first line, or set `has_header = false` if that line is data"));
        }
        if let Some(first) = places.insert(name.as_str(), place) {
            let message = format!("columns {} and {} are both named `{name}` in the header", first + 1, place + 1);
            let error = Error::new(ErrorKind::InvalidData, message).with_context("column", name);
            return Err(
                error.hint("rename one of them in the first line, or set `has_header = false` if that line is data")
            );
        }
    }
    Ok(places)
}

fn unknown(key: &str, column: &str, found: &[String]) -> Error {
    let near = near_names(column, found.iter().cloned());
    let some: Vec<String> = found.iter().take(20).cloned().collect();
    let hint = if near.is_empty() {
        format!("the file has {}", listed(&some))
    } else {
        format!("did you mean {}", listed(&near))
    };
    Error::config(key, format!("the file has no column `{column}`")).hint(hint)
}
