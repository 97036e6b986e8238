//! Rows as lines of JSON.

use crate::config::Config;
use rowsmith_plugin_api::output::{FileExporter, Format, Rows};
use rowsmith_plugin_api::prelude::*;

/// Writes rows to a JSON Lines file.
#[derive(Debug)]
pub struct JsonlExporter(FileExporter<Lines>);

impl Exporter for JsonlExporter {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        FileExporter::new(config.output(), Lines).map(Self)
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
struct Lines;

impl Format for Lines {
    fn header(&self, _columns: &[String], _out: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        // The names are the same in all rows, so they become JSON once.
        let keys: Vec<String> = rows.columns().iter().map(|name| format!("{}:", Cell::string(name).json())).collect();
        for row in 0..rows.len() {
            out.push(b'{');
            let present = keys.iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
            for (place, (key, cell)) in present.enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(key.as_bytes());
                cell.write_json(out);
            }
            out.extend_from_slice(b"}\n");
        }
        Ok(())
    }
}
