//! Scrapes the bytes of a CSV file. The first byte selects the options.
//!
//! Properties: every row has every column; the rows, written as plain CSV, are read as the same rows.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, scrape_rows};
use rowsmith_scraper_csv::CsvScraper;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder for the files"));

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let is_set = |bit: u8| how & (1 << bit) != 0;
    let encodings = ["utf-8", "utf-8-lossy", "latin1", "utf-16", "gb18030", "iso-2022-jp"];
    let file = FOLDER.path().join("given.csv");
    let config = json!({
        "path": file,
        "delimiter": if is_set(0) { ";" } else { "," },
        "has_header": is_set(1),
        "trim": is_set(2),
        "ragged": if is_set(3) { "pad" } else { "error" },
        "encoding": encodings[usize::from(how >> 4) % encodings.len()],
    });
    let Ok((columns, rows)) = scrape(&file, bytes, config) else { return };
    if columns.is_empty() {
        return assert!(rows.is_empty(), "rows without columns");
    }
    if columns.iter().chain(rows.iter().flatten()).any(|cell| cell.contains('\0')) {
        // Text with such characters counts as UTF-16 without a mark.
        return;
    }
    let file = FOLDER.path().join("written.csv");
    let again = scrape(&file, &written(&columns, &rows), json!({"path": file})).expect("written rows can be read");
    assert_eq!(again, (columns, rows));
}

type Table = (Vec<String>, Vec<Vec<String>>);

fn scrape(file: &Path, bytes: &[u8], config: Value) -> Result<Table> {
    std::fs::write(file, bytes).expect("the file can be written");
    let host = FakeHost::default();
    let config = serde_json::from_value(config).expect("the config is valid");
    let chunks = scrape_rows(&CsvScraper::new(config, host.host())?, &host)?;
    let columns = chunks.first().map(|chunk| chunk.columns().to_vec()).unwrap_or_default();
    let rows = chunks.iter().flat_map(RowChunk::iter).map(|row| {
        let cells: Vec<String> = row.cells().map(|(_, cell)| cell.display().to_owned()).collect();
        assert_eq!(cells.len(), columns.len(), "a row without one of the columns");
        cells
    });
    let rows = rows.collect();
    Ok((columns, rows))
}

fn written(columns: &[String], rows: &[Vec<String>]) -> Vec<u8> {
    // Quotes around every cell preserve a byte order mark in the first name, and a row of one empty cell.
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(columns).expect("writing to memory works");
    for row in rows {
        writer.write_record(row).expect("writing to memory works");
    }
    writer.into_inner().expect("writing to memory works")
}
