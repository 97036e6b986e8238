//! Rows as lines of CSV.

use crate::config::Config;
use crate::guard::guarded;
use csv::{Terminator, Writer, WriterBuilder};
use rowsmith_plugin_api::output::{FileExporter, Format, Rows, TableLines};
use rowsmith_plugin_api::prelude::*;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes rows to a CSV file.
#[derive(Debug)]
pub struct CsvExporter(FileExporter<Csv>);

impl Exporter for CsvExporter {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        FileExporter::new(config.output(), Csv::new(&config)?).map(Self)
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
struct Csv {
    delimiter: u8,
    crlf: bool,
    bom: bool,
    formula_guard: bool,
}

impl Csv {
    fn new(config: &Config) -> Result<Self> {
        let Config { crlf, bom, formula_guard, .. } = *config;
        Ok(Self { delimiter: config.delimiter()?, crlf, bom, formula_guard })
    }

    fn lines<'a>(&self, out: &'a mut Vec<u8>) -> Writer<&'a mut Vec<u8>> {
        let terminator = if self.crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        // The number of cells is the same in all lines by construction, which makes the check a waste.
        WriterBuilder::new().delimiter(self.delimiter).terminator(terminator).flexible(true).from_writer(out)
    }

    fn cell<'a>(&self, cell: Cell<'a>, space: &'a mut String) -> &'a str {
        let text = cell.display();
        if self.formula_guard && cell.kind == CellKind::String { guarded(text, space) } else { text }
    }
}

impl Format for Csv {
    fn table(&self) -> Option<TableLines> {
        let empty_cell = char::from(self.delimiter).to_string();
        Some(TableLines { empty_cell, line_end: if self.crlf { "\r\n" } else { "\n" }, quote: Some(b'"') })
    }

    fn header(&self, columns: &[String], out: &mut Vec<u8>) -> Result<()> {
        if self.bom {
            out.extend_from_slice(BYTE_ORDER_MARK);
        }
        if columns.is_empty() {
            return Ok(());
        }
        let mut space = String::new();
        let mut lines = self.lines(out);
        for column in columns {
            lines.write_field(self.cell(Cell::string(column), &mut space)).map_err(unwritable)?;
        }
        end_line(&mut lines)?;
        lines.flush().map_err(|e| unwritable(e.into()))
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        let mut space = String::new();
        let mut lines = self.lines(out);
        for row in 0..rows.len() {
            for cell in rows.row(row) {
                lines.write_field(self.cell(cell, &mut space)).map_err(unwritable)?;
            }
            end_line(&mut lines)?;
        }
        lines.flush().map_err(|e| unwritable(e.into()))
    }
}

fn end_line(lines: &mut Writer<&mut Vec<u8>>) -> Result<()> {
    lines.write_record(None::<&[u8]>).map_err(unwritable)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn unwritable(source: csv::Error) -> Error {
    Error::new(ErrorKind::InvalidData, format!("a row cannot be written as CSV: {source}"))
}
