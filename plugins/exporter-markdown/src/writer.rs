//! Rows as lines of a table.

use crate::cell;
use crate::config::Config;
use crate::layout::Column;
use rowsmith_plugin_api::output::{FileExporter, Format, Rows, TableLines};
use rowsmith_plugin_api::prelude::*;

/// Writes rows to a Markdown table.
#[derive(Debug)]
pub struct MarkdownExporter(FileExporter<Table>);

impl Exporter for MarkdownExporter {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        if config.max_chars == Some(0) {
            return Err(Error::config("max_chars", "`max_chars` is 0").hint("leave it out to show cells whole"));
        }
        FileExporter::new(config.output(), Table::new(&config)).map(Self)
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
struct Table {
    max_chars: Option<u32>,
    /// The look of the columns that the first rows had.
    layout: Vec<Column>,
}

impl Table {
    fn new(config: &Config) -> Self {
        Self { max_chars: config.max_chars, layout: Vec::new() }
    }

    fn column(&self, place: usize, name: &str) -> Column {
        self.layout.get(place).copied().unwrap_or_else(|| Column::named(name))
    }
}

impl Format for Table {
    fn table(&self) -> Option<TableLines> {
        Some(TableLines { empty_cell: "  |".to_owned(), line_end: "\n", quote: None })
    }

    fn look(&mut self, first: &Rows<'_>) {
        let names = first.columns().iter().enumerate();
        self.layout = names.map(|(place, name)| Column::of(first, place, name, self.max_chars)).collect();
    }

    fn header(&self, columns: &[String], out: &mut Vec<u8>) -> Result<()> {
        if columns.is_empty() {
            return Ok(());
        }
        let looks: Vec<_> = columns.iter().enumerate().map(|(place, name)| (self.column(place, name), name)).collect();
        let mut text = String::new();
        out.push(b'|');
        for (look, name) in &looks {
            text.clear();
            let characters = cell::write(name, None, &mut text);
            look.write(&text, characters, out);
        }
        out.extend_from_slice(b"\n|");
        for (look, _) in &looks {
            look.write_separator(out);
        }
        out.push(b'\n');
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        let looks: Vec<_> = rows.columns().iter().enumerate().map(|(place, name)| self.column(place, name)).collect();
        let mut text = String::new();
        for row in 0..rows.len() {
            out.push(b'|');
            for (look, cell) in looks.iter().zip(rows.row(row)) {
                text.clear();
                let characters = cell::write(cell.display(), self.max_chars, &mut text);
                look.write(&text, characters, out);
            }
            out.push(b'\n');
        }
        Ok(())
    }
}
