//! Finds out whether an existing workbook holds rows.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use zip::ZipArchive;

/// The first sheet, in this plugin's workbooks and in those of Excel.
const SHEET: &str = "xl/worksheets/sheet1.xml";

/// Returns whether the first sheet has a row below its header.
pub(crate) fn has_rows(existing: &mut File) -> io::Result<bool> {
    let mut archive = ZipArchive::new(existing).map_err(io::Error::other)?;
    let sheet = archive.by_name(SHEET).map_err(io::Error::other)?;
    let mut rows = 0;
    for tag in BufReader::new(sheet).split(b'<') {
        rows += usize::from(tag?.starts_with(b"row "));
        if rows > 1 {
            return Ok(true);
        }
    }
    Ok(false)
}
