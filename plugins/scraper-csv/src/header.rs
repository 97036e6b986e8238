//! Selects and names the columns of a file.

use crate::config::Config;
use rowsmith_plugin_api::input::{listed, near_names};
use rowsmith_plugin_api::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

const NAME_IT: &str = "choose other columns with `columns`, name them with `names`, or set `has_header = false` if the first line \
                       is data";

/// The columns to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Number of cells in a row of the file.
    pub(crate) width: usize,
    /// The same without columns at the end that have no name and no values, as of a delimiter at the end of each line.
    pub(crate) named: usize,
    /// Names of the selected columns.
    pub(crate) names: Arc<[String]>,
    /// Index in the file of each selected column.
    pub(crate) indices: Vec<usize>,
}

/// Column names for a file without a header.
pub(crate) fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|number| format!("column_{number}")).collect()
}

/// Names the columns of a file, and selects and renames the configured ones. Only selected columns need a name of their
/// own.
pub(crate) fn select(header: &[String], config: &Config) -> Result<Columns> {
    let header = with_names(header, config)?;
    let width = header.len();
    let named = if config.columns.is_some() { width } else { named_width(&header) };
    let index = HeaderIndex::new(&header);
    let wanted = config.columns.as_deref().unwrap_or(header.get(..named).unwrap_or_default());
    let mut titles: Vec<String> = Vec::with_capacity(wanted.len());
    let mut selected = Vec::with_capacity(wanted.len());
    for (place, column) in wanted.iter().enumerate() {
        selected.push(if config.columns.is_some() {
            index.chosen("columns", column)?
        } else {
            index.own(place, column)?
        });
        titles.push(config.rename.get(column).unwrap_or(column).clone());
    }
    for column in config.rename.keys() {
        index.chosen("rename", column)?;
    }
    let mut seen = HashMap::new();
    for (name, from) in titles.iter().zip(wanted) {
        if let Some(other) = seen.insert(name.as_str(), from) {
            let key = if config.rename.is_empty() { "columns" } else { "rename" };
            return Err(Error::config(key, format!("`{other}` and `{from}` both become column `{name}`")));
        }
    }
    Ok(Columns { width, named, names: titles.into(), indices: selected })
}

/// Replaces names of the header by those of the config.
fn with_names(header: &[String], config: &Config) -> Result<Vec<String>> {
    let names = config.names.as_deref().unwrap_or_default();
    if names.len() > header.len() {
        let message = format!("`names` has {} names, and the file has {} columns", names.len(), header.len());
        return Err(Error::config("names", message));
    }
    let own = |(place, name): (usize, &String)| names.get(place).filter(|own| !own.is_empty()).unwrap_or(name).clone();
    Ok(header.iter().enumerate().map(own).collect())
}

fn is_unnamed(name: &str) -> bool {
    name.trim().is_empty()
}

/// The width without unnamed columns at the end.
fn named_width(header: &[String]) -> usize {
    match header.iter().rposition(|name| !is_unnamed(name)) {
        Some(last) => last + 1,
        None => header.len(),
    }
}

/// Finds columns by their names.
struct HeaderIndex<'a> {
    header: &'a [String],
    by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'a> HeaderIndex<'a> {
    fn new(header: &'a [String]) -> Self {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::with_capacity(header.len());
        for (place, name) in header.iter().enumerate().filter(|(_, name)| !is_unnamed(name)) {
            by_name.entry(name).or_default().push(place);
        }
        Self { header, by_name }
    }

    /// The column at a place, which must have a name of its own.
    fn own(&self, place: usize, name: &str) -> Result<usize> {
        if is_unnamed(name) {
            let error = Error::new(ErrorKind::InvalidData, format!("column {} has no name in the header", place + 1));
            return Err(error.hint(NAME_IT));
        }
        self.single(name, self.by_name.get(name).map(Vec::as_slice).unwrap_or_default())
    }

    /// The column with a name that the config contains.
    fn chosen(&self, key: &str, name: &str) -> Result<usize> {
        match self.by_name.get(name) {
            Some(places) => self.single(name, places),
            None => self.unnamed(name).ok_or_else(|| self.unknown(key, name)),
        }
    }

    fn single(&self, name: &str, places: &[usize]) -> Result<usize> {
        match places {
            [first, second, ..] => {
                let message = format!("columns {} and {} are both named `{name}` in the header", first + 1, second + 1);
                Err(Error::new(ErrorKind::InvalidData, message).with_context("column", name).hint(NAME_IT))
            }
            places => places.first().copied().ok_or_else(|| self.unknown("columns", name)),
        }
    }

    /// The column without a name that is called `column_N`.
    fn unnamed(&self, name: &str) -> Option<usize> {
        let place = name.strip_prefix("column_")?.parse::<usize>().ok()?.checked_sub(1)?;
        self.header.get(place).filter(|name| is_unnamed(name)).map(|_| place)
    }

    fn unknown(&self, key: &str, column: &str) -> Error {
        let near = near_names(column, self.header.iter().cloned());
        let some: Vec<String> = self.header.iter().take(20).cloned().collect();
        let hint = if near.is_empty() {
            format!("the file has the columns {}", listed(&some))
        } else {
            format!("did you mean {}?", listed(&near))
        };
        Error::config(key, format!("the file has no column `{column}`")).hint(hint)
    }
}
