//! [`Lines`]: rows as lines of JSON.

use crate::config::Config;
use crate::earlier;
use rowsmith_plugin_api::output::{EarlierRows, FileFormat, LateColumns, OutputFile, OutputOptions, Rows};
use rowsmith_plugin_api::prelude::*;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

/// The format: one JSON object per line.
#[derive(Debug)]
pub struct Lines {
    /// Text of the rows that are written next.
    buffer: Vec<u8>,
}

impl FileFormat for Lines {
    type Config = Config;

    const APPENDS: bool = true;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        Ok((config.output, Self { buffer: Vec::new() }))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Accept
    }

    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        for byte in BufReader::new(existing).bytes() {
            if !byte?.is_ascii_whitespace() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn begin_append(&mut self, existing: &mut BufReader<File>, out: &mut OutputFile) -> Result<EarlierRows> {
        if earlier::is_open(existing)? {
            out.write_all(b"\n")?;
        }
        Ok(EarlierRows::default())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        // The names are the same in all rows, so they are converted to JSON once.
        let keys: Vec<String> = rows.columns().iter().map(|name| format!("{}:", Cell::string(name).json())).collect();
        self.buffer.clear();
        for row in 0..rows.len() {
            self.buffer.push(b'{');
            let present = keys.iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
            for (index, (key, cell)) in present.enumerate() {
                if index > 0 {
                    self.buffer.push(b',');
                }
                self.buffer.extend_from_slice(key.as_bytes());
                cell.write_json(&mut self.buffer);
            }
            self.buffer.extend_from_slice(b"}\n");
        }
        Ok(out.write_all(&self.buffer)?)
    }
}
