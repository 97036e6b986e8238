//! Reads a workbook with openpyxl, the library of most Python programs that read Excel files.
//!
//! `PYTHON` names a Python with openpyxl; without one the test prints that it was skipped.

use rowsmith_exporter_xlsx::XlsxExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::export_rows;
use std::ffi::OsString;
use std::io::Write;
use std::process::Command;

/// Prints the sheet as JSON.
const SCRIPT: &str = r"
import json, sys
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

sheet = load_workbook(sys.argv[1]).active
header, *rows = sheet.iter_rows()

def value(cell):
    return unescape(cell.value) if cell.data_type in ('s', 'inlineStr') and cell.value else cell.value

print(json.dumps({
    'title': sheet.title,
    'frozen': sheet.freeze_panes,
    'filter': sheet.auto_filter.ref,
    'bold': [cell.font.b for cell in header],
    'width': sheet.column_dimensions['B'].width,
    'header': [value(cell) for cell in header],
    'rows': [[value(cell) for cell in row] for row in rows],
    'types': [row[1].data_type for row in rows],
    'formats': [row[1].number_format for row in rows],
    'links': sum(cell.hyperlink is not None for row in rows for cell in row),
}))
";

fn python() -> OsString {
    std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into())
}

/// Returns true if there is a Python with openpyxl.
fn has_openpyxl() -> bool {
    let found = Command::new(python()).args(["-c", "import openpyxl"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return true;
    }
    // Unlike the macros of the standard library, this is not captured.
    let message = b"SKIPPED: the test of exporter-xlsx found no Python with openpyxl; install it, or set PYTHON\n";
    drop(std::io::stderr().write_all(message));
    false
}

#[test]
fn openpyxl_reads_the_same_values() {
    if !has_openpyxl() {
        return;
    }
    // Each value as written, as read, its type in openpyxl and its number format.
    let values = [
        (json!("plain"), json!("plain"), "s", "General"),
        (json!("=1+1"), json!("=1+1"), "s", "General"),
        (json!("@SUM(A1)"), json!("@SUM(A1)"), "s", "General"),
        (json!("007"), json!("007"), "s", "General"),
        (json!("2024-02-29"), json!("2024-02-29"), "s", "General"),
        (json!("https://example.org/?a=1&b=2"), json!("https://example.org/?a=1&b=2"), "s", "General"),
        (
            json!(" \u{1}_x0041_ naïve 日本語 🦀\r\nline "),
            json!(" \u{1}_x0041_ naïve 日本語 🦀\r\nline "),
            "s",
            "General",
        ),
        (json!(-12.5), json!(-12.5), "n", "General"),
        (json!(123_456_789_012_345_i64), json!(123_456_789_012_345_i64), "n", "0"),
        (json!(9_007_199_254_740_993_i64), json!("9007199254740993"), "s", "General"),
        (json!(true), json!(true), "b", "General"),
        (json!(["a", 1, null]), json!("a, 1, "), "s", "General"),
        (json!({"k": [1]}), json!("{\"k\":[1]}"), "s", "General"),
        (Value::Null, Value::Null, "n", "General"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.xlsx");
    let rows: Vec<Value> = values.iter().map(|(written, ..)| json!({"id": 1, "value": written})).collect();
    export_rows::<XlsxExporter>(json!({"path": path, "sheet": "Topics", "autofilter": true}), &rows).unwrap();

    let output = Command::new(python()).args(["-c", SCRIPT]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["title"], "Topics");
    assert_eq!(read["frozen"], "A2");
    assert_eq!(read["filter"], "A1:B15");
    assert_eq!(read["bold"], json!([true, true]));
    assert_eq!(read["header"], json!(["id", "value"]));
    assert_eq!(read["links"], 0);
    assert!(read["width"].as_f64().is_some_and(|width| (28.0..32.0).contains(&width)), "{}", read["width"]);
    assert_eq!(read["rows"], values.iter().map(|(_, expected, ..)| json!([1, expected])).collect::<Value>());
    assert_eq!(read["types"], values.iter().map(|(.., of_type, _)| json!(of_type)).collect::<Value>());
    assert_eq!(read["formats"], values.iter().map(|(.., format)| json!(format)).collect::<Value>());
}
