//! The workbook with its sheet, written row by row.

use crate::cell::{SheetValue, sheet_value};
use crate::config::Config;
use crate::failure::guarded;
use crate::limits::{check_columns, check_row, check_text};
use crate::widths::Widths;
use rowsmith_plugin_api::output::Rows;
use rowsmith_plugin_api::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError};
use std::io::Write;
use std::path::Path;

/// An open workbook with one sheet.
pub(crate) struct Sheet {
    workbook: Workbook,
    columns: Vec<String>,
    separator: String,
    autofilter: bool,
    long_integer: Format,
    /// The next row of the sheet; the header is row 0.
    next: u32,
}

impl Sheet {
    /// Creates the workbook with its header.
    pub(crate) fn new(config: &Config, columns: &[String], widths: &Widths) -> Result<Self> {
        check_columns(columns)?;
        for name in columns {
            check_text(name, 0, name)?;
        }
        let mut workbook = Workbook::new();
        guarded(|| {
            if let Some(folder) = temporary_folder(&config.output.path) {
                workbook.set_tempdir(folder)?;
            }
            // Equal rows result in equal bytes. The entries of the archive have the same date.
            let created = ExcelDateTime::from_ymd(1980, 1, 1)?;
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            sheet.set_name(&config.sheet)?;
            let bold = Format::new().set_bold();
            for (column, name) in (0..).zip(columns) {
                let width = widths.of(usize::from(column), name, config.autofilter);
                sheet.set_column_width(column, u16::try_from(width).unwrap_or(u16::MAX))?;
                sheet.write_string_with_format(0, column, name, &bold)?;
            }
            if !columns.is_empty() {
                sheet.set_freeze_panes(1, 0)?;
            }
            Ok(())
        })?;
        // The built-in format `0`.
        let long_integer = Format::new().set_num_format_index(1);
        let separator = config.list_separator.clone();
        Ok(Self {
            workbook,
            columns: columns.to_vec(),
            separator,
            autofilter: config.autofilter,
            long_integer,
            next: 1,
        })
    }

    pub(crate) fn write(&mut self, rows: &Rows<'_>) -> Result<()> {
        for row in 0..rows.len() {
            check_row(self.next)?;
            let mut values = Vec::with_capacity(self.columns.len());
            for (name, cell) in self.columns.iter().zip(rows.row(row)) {
                let value = sheet_value(cell, &self.separator);
                if let SheetValue::Text(text) = &value {
                    check_text(text, self.next, name)?;
                }
                values.push(value);
            }
            let (workbook, long_integer, next) = (&mut self.workbook, &self.long_integer, self.next);
            guarded(|| write_row(workbook.worksheet_from_index(0)?, next, values, long_integer))?;
            self.next += 1;
        }
        Ok(())
    }

    /// Writes the complete workbook.
    pub(crate) fn save(mut self, out: impl Write + Send) -> Result<()> {
        let last_column = u16::try_from(self.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let last_row = self.next - 1;
        guarded(|| {
            let sheet = self.workbook.worksheet_from_index(0)?;
            if !self.columns.is_empty() {
                if self.autofilter {
                    sheet.autofilter(0, 0, last_row, last_column)?;
                }
                // Text of digits is meant to be text; without this, Excel marks each such cell.
                sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
            }
            self.workbook.save_to_writer(out)
        })
    }
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    values: Vec<SheetValue<'_>>,
    long_integer: &Format,
) -> std::result::Result<(), XlsxError> {
    for (column, value) in (0..).zip(values) {
        match value {
            SheetValue::Blank => continue,
            SheetValue::Text(text) => sheet.write_string(row, column, text)?,
            SheetValue::Number(number) => sheet.write_number(row, column, number)?,
            SheetValue::LongInteger(number) => sheet.write_number_with_format(row, column, number, long_integer)?,
            SheetValue::Boolean(value) => sheet.write_boolean(row, column, value)?,
        };
    }
    Ok(())
}

/// Returns the folder of the output, which has room for it; the system's temporary folder may be in memory.
fn temporary_folder(path: &str) -> Option<&Path> {
    let folder = Path::new(path).parent()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    (path != "-" && folder.is_dir() && !folder.starts_with("/dev")).then_some(folder)
}
