//! [`Table`]: rows as lines of a Markdown table.

use crate::cell;
use crate::config::Config;
use crate::layout::Column;
use rowsmith_plugin_api::output::{FileFormat, LateColumns, OutputFile, OutputOptions, Rows, TableLines};
use rowsmith_plugin_api::prelude::*;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

/// The format: a Markdown table.
#[derive(Debug)]
pub struct Table {
    max_chars: Option<u32>,
    /// Layout of the columns that the first rows had.
    layout: Vec<Column>,
    /// Text of the lines that are written next.
    buffer: Vec<u8>,
}

impl Table {
    fn columns(&self, names: &[String]) -> Vec<Column> {
        let column =
            |(index, name): (usize, &String)| self.layout.get(index).copied().unwrap_or_else(|| Column::named(name));
        names.iter().enumerate().map(column).collect()
    }
}

impl FileFormat for Table {
    type Config = Config;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        if config.max_chars == Some(0) {
            return Err(Error::config("max_chars", "`max_chars` is 0").hint("leave it out to write cells in full"));
        }
        Ok((config.output, Self { max_chars: config.max_chars, layout: Vec::new(), buffer: Vec::new() }))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Widen(TableLines { empty_cell: "  |".to_owned(), line_end: "\n", quote: None })
    }

    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        // The header and its separator are the first two lines.
        let mut lines = BufReader::new(existing).split(b'\n').skip(2);
        lines.next().transpose().map(|line| line.is_some_and(|line| !line.trim_ascii().is_empty()))
    }

    fn inspect(&mut self, first: &Rows<'_>) {
        let names = first.columns().iter().enumerate();
        self.layout = names.map(|(index, name)| Column::of(first, index, name, self.max_chars)).collect();
    }

    fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
        if columns.is_empty() {
            return Ok(());
        }
        let layout = self.columns(columns);
        let mut text = String::new();
        self.buffer.clear();
        self.buffer.push(b'|');
        for (column, name) in layout.iter().zip(columns) {
            text.clear();
            let characters = cell::write(name, None, &mut text);
            column.write(&text, characters, &mut self.buffer);
        }
        self.buffer.extend_from_slice(b"\n|");
        for column in &layout {
            column.write_separator(&mut self.buffer);
        }
        self.buffer.push(b'\n');
        Ok(out.write_all(&self.buffer)?)
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        let layout = self.columns(rows.columns());
        let mut text = String::new();
        self.buffer.clear();
        for row in 0..rows.len() {
            self.buffer.push(b'|');
            for (column, cell) in layout.iter().zip(rows.row(row)) {
                text.clear();
                let characters = cell::write(cell.display(), self.max_chars, &mut text);
                column.write(&text, characters, &mut self.buffer);
            }
            self.buffer.push(b'\n');
        }
        Ok(out.write_all(&self.buffer)?)
    }
}
