//! [`Array`]: rows as one JSON array.

use crate::config::Config;
use crate::pretty;
use rowsmith_plugin_api::output::{FileFormat, LateColumns, OutputFile, OutputOptions, Rows};
use rowsmith_plugin_api::prelude::*;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

/// The format: a JSON array of objects.
#[derive(Debug)]
pub struct Array {
    pretty: bool,
    empty: bool,
    /// Text of the rows that are written next.
    buffer: Vec<u8>,
}

impl FileFormat for Array {
    type Config = Config;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        Ok((config.output, Self { pretty: config.pretty, empty: true, buffer: Vec::new() }))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Accept
    }

    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        let mut in_array = false;
        for byte in BufReader::new(existing).bytes() {
            match byte? {
                b'[' if !in_array => in_array = true,
                space if space.is_ascii_whitespace() => {}
                other => return Ok(other != b']'),
            }
        }
        Ok(false)
    }

    fn begin(&mut self, _columns: &[String], out: &mut OutputFile) -> Result<()> {
        Ok(out.write_all(b"[")?)
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        // The names are the same in all rows, so they are converted to JSON once.
        let keys: Vec<_> = rows.columns().iter().map(|name| Cell::string(name).json().into_owned()).collect();
        let write = if self.pretty { indented } else { compact };
        self.buffer.clear();
        for row in 0..rows.len() {
            self.buffer.extend_from_slice(if self.empty { b"\n" } else { b",\n" });
            self.empty = false;
            write(&keys, rows, row, &mut self.buffer);
        }
        Ok(out.write_all(&self.buffer)?)
    }

    fn finish(&mut self, out: &mut OutputFile) -> Result<()> {
        Ok(out.write_all(if self.empty { b"]\n" } else { b"\n]\n" })?)
    }
}

fn compact(keys: &[String], rows: &Rows<'_>, row: usize, out: &mut Vec<u8>) {
    out.push(b'{');
    let present = keys.iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
    for (index, (key, cell)) in present.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key.as_bytes());
        out.push(b':');
        cell.write_json(out);
    }
    out.push(b'}');
}

fn indented(keys: &[String], rows: &Rows<'_>, row: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(b"  {");
    let present = keys.iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
    for (index, (key, cell)) in present.enumerate() {
        out.extend_from_slice(if index > 0 { b",\n    " } else { b"\n    " });
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b": ");
        match cell.kind {
            CellKind::Json => pretty::write(cell.text, 2, out),
            _ => cell.write_json(out),
        }
    }
    let has_cells = out.len() > start + 3;
    out.extend_from_slice(if has_cells { b"\n  }" } else { b"}" });
}
