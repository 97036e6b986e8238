//! The columns of an output and their positions in each chunk of rows.

use crate::row::{Cell, Column, RowChunk};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The columns of an output: those of the config, or those of the rows in the order in which they appear.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    /// The columns that the config lists.
    listed: Option<HashSet<String>>,
    seen: HashSet<String>,
    /// The columns of the latest chunk, and the position of each of `names` in it.
    chunk: Arc<[String]>,
    positions: Vec<Option<usize>>,
}

impl Columns {
    pub(super) fn new(listed: Option<&Vec<String>>) -> Self {
        Self {
            names: listed.cloned().unwrap_or_default(),
            listed: listed.map(|names| names.iter().cloned().collect()),
            seen: HashSet::new(),
            chunk: Arc::from([]),
            positions: Vec::new(),
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the columns of the output: those that the config lists, or all.
    pub(super) fn select(&self, described: Vec<Column>) -> Vec<Column> {
        if self.listed.is_none() {
            return described;
        }
        let by_name: HashMap<&str, &Column> = described.iter().map(|column| (column.name.as_str(), column)).collect();
        let select =
            |name: &String| by_name.get(name.as_str()).map_or_else(|| Column::new(name), |&column| column.clone());
        self.names.iter().map(select).collect()
    }

    /// Registers columns; new ones are appended unless the config lists the columns.
    pub(super) fn admit(&mut self, columns: &[String]) {
        for column in columns {
            if !self.seen.contains(column) {
                self.seen.insert(column.clone());
                if self.listed.is_none() {
                    self.names.push(column.clone());
                }
            }
        }
    }

    /// Puts the columns of earlier rows first. Rows have no cells for those that the config does not list.
    pub(super) fn continue_after(&mut self, earlier: &[String]) {
        let known: HashSet<&String> = earlier.iter().collect();
        self.names.retain(|name| !known.contains(name));
        self.names.splice(..0, earlier.iter().cloned());
        if self.listed.is_none() {
            self.seen.extend(earlier.iter().cloned());
        }
    }

    /// Returns whether the output takes the values of a column from the rows.
    pub(super) fn is_written(&self, name: &str) -> bool {
        self.listed.as_ref().is_none_or(|listed| listed.contains(name))
    }

    /// Registers the columns of a chunk, and returns its rows with the columns of the output.
    pub(super) fn rows<'a>(&'a mut self, chunk: &'a RowChunk) -> Rows<'a> {
        // Consecutive chunks usually have the same columns.
        if self.chunk != *chunk.columns() || self.positions.len() != self.names.len() {
            self.admit(chunk.columns());
            self.chunk = Arc::clone(chunk.columns());
            let positions: HashMap<&str, usize> =
                self.chunk.iter().enumerate().map(|(position, name)| (name.as_str(), position)).collect();
            let position = |name: &String| positions.get(name.as_str()).copied().filter(|_| self.is_written(name));
            self.positions = self.names.iter().map(position).collect();
        }
        Rows { names: &self.names, positions: &self.positions, chunk }
    }

    /// The columns that the config lists and no row has had.
    pub(super) fn never_seen(&self) -> impl Iterator<Item = &str> {
        let unseen = self.names.iter().filter(|name| !self.seen.contains(*name));
        unseen.map(String::as_str).filter(|name| self.is_written(name))
    }
}

/// Rows with exactly the columns of the output.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    names: &'a [String],
    positions: &'a [Option<usize>],
    chunk: &'a RowChunk,
}

impl<'a> Rows<'a> {
    /// The names of the columns.
    pub fn columns(&self) -> &'a [String] {
        self.names
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.chunk.len()
    }

    /// Returns true if there is no row.
    pub fn is_empty(&self) -> bool {
        self.chunk.is_empty()
    }

    /// The cell at a row and at an index of [`Rows::columns`]; absent if the row has no such cell.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'a> {
        match self.positions.get(column) {
            Some(Some(position)) => self.chunk.cell(row, *position),
            _ => Cell::ABSENT,
        }
    }

    /// The cells of one row, one for every column.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Cell<'a>> {
        let Self { positions, chunk, .. } = *self;
        positions.iter().map(move |position| position.map_or(Cell::ABSENT, |position| chunk.cell(row, position)))
    }
}
