//! Rows as one array.

use crate::config::Config;
use crate::pretty;
use rowsmith_plugin_api::output::{FileExporter, Format, Rows};
use rowsmith_plugin_api::prelude::*;

/// Writes rows to a JSON file.
#[derive(Debug)]
pub struct JsonExporter(FileExporter<Array>);

impl Exporter for JsonExporter {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        FileExporter::new(config.output(), Array::new(&config)).map(Self)
    }

    fn target(&self) -> Target {
        self.0.target()
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        self.0.begin(&columns)
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        self.0.write(&rows)
    }

    async fn finish(&mut self, ending: Ending) -> Result<ExportSummary> {
        self.0.finish(ending)
    }
}

/// The format itself.
#[derive(Debug)]
struct Array {
    pretty: bool,
    empty: bool,
}

impl Array {
    fn new(config: &Config) -> Self {
        Self { pretty: config.pretty, empty: true }
    }

    fn compact(keys: &[String], rows: &Rows<'_>, row: usize, out: &mut Vec<u8>) {
        out.push(b'{');
        let present = keys.iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
        for (place, (key, cell)) in present.enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out.extend_from_slice(key.as_bytes());
            out.push(b':');
            cell.write_json(out);
        }
        out.push(b'}');
    }

    fn spread(keys: &[String], rows: &Rows<'_>, row: usize, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(b"  {");
        let present = keys.iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
        for (place, (key, cell)) in present.enumerate() {
            out.extend_from_slice(if place > 0 { b",\n    " } else { b"\n    " });
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
}

impl Format for Array {
    fn header(&self, _columns: &[String], out: &mut Vec<u8>) -> Result<()> {
        out.push(b'[');
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        // The names are the same in all rows, so they become JSON once.
        let keys: Vec<_> = rows.columns().iter().map(|name| Cell::string(name).json().into_owned()).collect();
        for row in 0..rows.len() {
            out.extend_from_slice(if self.empty { b"\n" } else { b",\n" });
            self.empty = false;
            let write = if self.pretty { Self::spread } else { Self::compact };
            write(&keys, rows, row, out);
        }
        Ok(())
    }

    fn footer(&self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(if self.empty { b"]\n" } else { b"\n]\n" });
        Ok(())
    }
}
