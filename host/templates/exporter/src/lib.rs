//! Rows as blocks of text: a line for each column, then an empty line.

use rowsmith_plugin_api::output::{FileExporter, FileFormat, Format, OutputOptions, Rows};
use rowsmith_plugin_api::prelude::*;

/// Where the text goes.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file, relative to the working directory; `-` is the standard output.
    path: String,
}

pub struct Blocks;

impl FileFormat for Blocks {
    type Config = Config;

    fn open(config: Config) -> Result<(OutputOptions, Self)> {
        Ok((OutputOptions::to(config.path), Self))
    }
}

impl Format for Blocks {
    fn header(&self, _columns: &[String], _out: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        for row in 0..rows.len() {
            for (column, cell) in rows.columns().iter().zip(rows.row(row)) {
                let text = cell.display().replace('\n', "\n  ");
                out.extend(format!("{column}: {text}\n").bytes());
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

export_plugin!(exporter: FileExporter<Blocks>, name = "{{name}}", about = "Rows as blocks of text");
