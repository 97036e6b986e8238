//! The conformance suite for exporters.

use csv::ReaderBuilder;
use rowsmith_plugin_api::prelude::*;

type Row = serde_json::Map<String, Value>;

/// Reads the file with the parser of another library; a cell is text.
fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    let invalid = |error: csv::Error| Error::new(ErrorKind::InvalidData, error.to_string());
    let mut lines = ReaderBuilder::new().from_reader(bytes);
    let names = lines.headers().map_err(invalid)?.clone();
    let row = |record: csv::StringRecord| {
        names.iter().zip(&record).map(|(name, cell)| (name.to_owned(), json!(unguarded(cell)))).collect()
    };
    lines.records().map(|record| record.map(row).map_err(invalid)).collect()
}

/// Removes the `'` in front of a formula.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'')
        .filter(|text| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0']))
        .unwrap_or(text)
}

#[test]
fn passes_the_conformance_suite() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_exporter_csv, json!({}), |suite| suite.read(read));
}
