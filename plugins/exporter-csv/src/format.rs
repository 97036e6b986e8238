//! [`Csv`]: rows as lines of CSV.

use crate::config::Config;
use crate::earlier;
use crate::guard::guarded;
use csv::{ByteRecord, ReaderBuilder, Terminator, Writer, WriterBuilder};
use rowsmith_plugin_api::output::{EarlierRows, FileFormat, LateColumns, OutputFile, OutputOptions, Rows, TableLines};
use rowsmith_plugin_api::prelude::*;
use std::fs::File;
use std::io::{self, BufReader, Write};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The CSV format.
#[derive(Debug)]
pub struct Csv {
    delimiter: u8,
    crlf: bool,
    bom: bool,
    formula_guard: bool,
}

impl Csv {
    fn lines<'a>(&self, out: &'a mut OutputFile) -> Writer<&'a mut OutputFile> {
        let terminator = if self.crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        // All lines have the same number of cells by construction, so the check of the writer is not needed.
        WriterBuilder::new().delimiter(self.delimiter).terminator(terminator).flexible(true).from_writer(out)
    }

    fn table_lines(&self) -> TableLines {
        let empty_cell = char::from(self.delimiter).to_string();
        let line_end = if self.crlf { "\r\n" } else { "\n" };
        TableLines { empty_cell, line_end, quote: Some(b'"') }
    }

    fn cell<'a>(&self, cell: Cell<'a>, buffer: &'a mut String) -> &'a str {
        let text = cell.display();
        if self.formula_guard && cell.kind == CellKind::String { guarded(text, buffer) } else { text }
    }
}

impl FileFormat for Csv {
    type Config = Config;

    const APPENDS: bool = true;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        let delimiter = config.delimiter()?;
        let Config { output, crlf, bom, formula_guard, .. } = config;
        Ok((output, Self { delimiter, crlf, bom, formula_guard }))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Widen(self.table_lines())
    }

    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        let mut lines = ReaderBuilder::new().delimiter(self.delimiter).flexible(true).from_reader(existing);
        // The first record is the header, which the reader skips.
        Ok(lines.read_byte_record(&mut ByteRecord::new())?)
    }

    fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
        if self.bom {
            out.write_all(BYTE_ORDER_MARK)?;
        }
        if columns.is_empty() {
            return Ok(());
        }
        let mut buffer = String::new();
        let mut lines = self.lines(out);
        for column in columns {
            lines.write_field(self.cell(Cell::string(column), &mut buffer)).map_err(failed)?;
        }
        end_line(&mut lines)?;
        Ok(lines.flush()?)
    }

    fn begin_append(&mut self, existing: &mut BufReader<File>, out: &mut OutputFile) -> Result<EarlierRows> {
        let file = earlier::read(existing, &self.table_lines(), self.delimiter, self.formula_guard)?;
        self.bom = file.bom;
        self.crlf = file.crlf.unwrap_or(self.crlf);
        let mut start = file.header_bytes;
        if file.is_open {
            let line_end = self.table_lines().line_end;
            out.write_all(line_end.as_bytes())?;
            start += if file.crlf.is_none() { line_end.len() as u64 } else { 0 };
        }
        Ok(EarlierRows { columns: file.columns, start })
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        let mut buffer = String::new();
        let mut lines = self.lines(out);
        for row in 0..rows.len() {
            for cell in rows.row(row) {
                lines.write_field(self.cell(cell, &mut buffer)).map_err(failed)?;
            }
            end_line(&mut lines)?;
        }
        Ok(lines.flush()?)
    }
}

fn end_line(lines: &mut Writer<&mut OutputFile>) -> Result<()> {
    lines.write_record(None::<&[u8]>).map_err(failed)
}

/// Returns an error of the output unchanged.
fn failed(source: csv::Error) -> Error {
    let message = format!("cannot write a row as CSV: {source}");
    match source.into_kind() {
        csv::ErrorKind::Io(source) => source.into(),
        _ => Error::new(ErrorKind::InvalidData, message),
    }
}
