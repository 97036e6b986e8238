//! Which columns an output has, and where they are in each chunk of rows.

use crate::row::{Cell, RowChunk};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The columns of an output: those of the config, or those of the rows in the order in which they appear.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    fixed: bool,
    seen: HashSet<String>,
    /// The columns of the latest chunk, and the place of each of `names` in it.
    chunk: Arc<[String]>,
    places: Vec<Option<usize>>,
}

impl Columns {
    pub(super) fn new(fixed: Option<&Vec<String>>) -> Self {
        Self {
            names: fixed.cloned().unwrap_or_default(),
            fixed: fixed.is_some(),
            seen: HashSet::new(),
            chunk: Arc::from([]),
            places: Vec::new(),
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Takes notice of columns; those that are new and wanted come behind the others.
    pub(super) fn admit(&mut self, columns: &[String]) {
        for column in columns {
            if !self.seen.contains(column) {
                self.seen.insert(column.clone());
                if !self.fixed {
                    self.names.push(column.clone());
                }
            }
        }
    }

    /// The rows of a chunk as the output has them, after its columns were admitted.
    pub(super) fn rows<'a>(&'a mut self, chunk: &'a RowChunk) -> Rows<'a> {
        // Chunks mostly have the columns of the one before.
        if self.chunk != *chunk.columns() || self.places.len() != self.names.len() {
            self.admit(chunk.columns());
            self.chunk = Arc::clone(chunk.columns());
            let places: HashMap<&str, usize> =
                self.chunk.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
            self.places = self.names.iter().map(|name| places.get(name.as_str()).copied()).collect();
        }
        Rows { names: &self.names, places: &self.places, chunk }
    }

    /// The columns that the config wants and no row had.
    pub(super) fn never_seen(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter(|name| !self.seen.contains(*name)).map(String::as_str)
    }
}

/// Some rows with exactly the columns of the output.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    names: &'a [String],
    places: &'a [Option<usize>],
    chunk: &'a RowChunk,
}

impl<'a> Rows<'a> {
    /// The names of the columns.
    pub fn columns(&self) -> &'a [String] {
        self.names
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.chunk.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.chunk.is_empty()
    }

    /// The cell at a row and one of [`Rows::columns`]; absent where there is none.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'a> {
        match self.places.get(column) {
            Some(Some(place)) => self.chunk.cell(row, *place),
            _ => Cell::ABSENT,
        }
    }

    /// The cells of one row, one for every column.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Cell<'a>> {
        let Self { places, chunk, .. } = *self;
        places.iter().map(move |place| place.map_or(Cell::ABSENT, |place| chunk.cell(row, place)))
    }
}
