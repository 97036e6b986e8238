//! Scrapes the bytes of a JSON file. The first byte selects the options.
//!
//! Properties: every row is an object; the rows, written as JSON Lines, are read as the same number of rows with the same
//! columns.

use crate::folder::Folder;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, file_scraper, scrape_rows};
use rowsmith_scraper_jsonl::JsonlScraper;
use std::fmt::Write as _;

static FOLDER: Folder = Folder::new();

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let mut options = json!({"on_invalid": if how & 1 == 0 { "error" } else { "skip" }, "max_row_mib": 1});
    if how & 2 != 0 {
        options["pointer"] = json!(if how & 4 == 0 { "/a" } else { "" });
    }
    let Ok(rows) = scrape(bytes, &options) else { return };
    assert!(rows.iter().all(Value::is_object), "a row that is not an object");
    let mut text = String::new();
    for row in &rows {
        writeln!(text, "{row}").expect("writing to memory works");
    }
    let again = scrape(text.as_bytes(), &json!({})).expect("written rows can be read");
    let columns = |rows: &[Value]| -> Vec<Vec<String>> {
        rows.iter().filter_map(Value::as_object).map(|row| row.keys().cloned().collect()).collect()
    };
    // Fractional numbers may differ in their last digit, so the values are not compared.
    assert_eq!(columns(&again), columns(&rows));
}

fn scrape(bytes: &[u8], options: &Value) -> Result<Vec<Value>> {
    let path = FOLDER.write("rows.jsonl", bytes);
    let host = FakeHost::default();
    scrape_rows(&file_scraper::<JsonlScraper>(&path, options, &host)?, &host)?;
    Ok(host.rows())
}
