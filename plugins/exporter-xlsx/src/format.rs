//! [`Xlsx`]: rows as a sheet of a workbook.

use crate::config::Config;
use crate::earlier;
use crate::sheet::Sheet;
use crate::widths::Widths;
use rowsmith_plugin_api::output::{FileFormat, LateColumns, OutputFile, OutputOptions, Rows};
use rowsmith_plugin_api::prelude::*;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// The format of Excel workbooks.
pub struct Xlsx {
    config: Config,
    widths: Widths,
    sheet: Option<Sheet>,
}

impl FileFormat for Xlsx {
    type Config = Config;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        config.check()?;
        Ok((config.output.clone(), Self { config, widths: Widths::default(), sheet: None }))
    }

    fn late_columns(&self) -> LateColumns {
        // The header is the first row of the sheet, and a written row cannot be changed.
        LateColumns::Defer
    }

    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        earlier::has_rows(existing)
    }

    fn inspect(&mut self, first: &Rows<'_>) {
        self.widths = Widths::measure(first, &self.config.list_separator);
    }

    fn begin(&mut self, columns: &[String], _out: &mut OutputFile) -> Result<()> {
        self.sheet = Some(Sheet::new(&self.config, columns, &self.widths)?);
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, _out: &mut OutputFile) -> Result<()> {
        self.sheet.as_mut().map_or(Ok(()), |sheet| sheet.write(rows))
    }

    fn finish(&mut self, out: &mut OutputFile) -> Result<()> {
        let Some(sheet) = self.sheet.take() else { return Ok(()) };
        let mut writer = BufWriter::new(out.writer()?);
        sheet.save(&mut writer)?;
        Ok(writer.flush()?)
    }
}
