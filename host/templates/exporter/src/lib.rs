//! Rows as blocks of text: a line for each column, then an empty line.

use rowsmith_plugin_api::output::{
    FileExporter, FileFormat, LateColumns, OutputFile, OutputOptions, Rows,
};
use rowsmith_plugin_api::prelude::*;
use std::io::Write;

/// Settings of the text file.
#[derive(PluginConfig)]
pub struct Config {
    #[config(flatten)]
    output: OutputOptions,
}

pub struct Blocks;

impl FileFormat for Blocks {
    type Config = Config;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        Ok((config.output, Self))
    }

    /// Each block names its own columns, so later rows may have more of them.
    fn late_columns(&self) -> LateColumns {
        LateColumns::Accept
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        for row in 0..rows.len() {
            for (column, cell) in rows.columns().iter().zip(rows.row(row)) {
                let text = cell.display().replace('\n', "\n  ");
                writeln!(out, "{column}: {text}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

export_plugin!(exporter: FileExporter<Blocks>, name = "{{name}}", about = "Rows as blocks of text");
