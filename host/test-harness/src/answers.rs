//! Compares exported rows with the answers of the fake model, so that no answer can be on another row.

use crate::rows::Rows;
use rowsmith_fake_model::{default_fields, expected_answer};
use serde_json::{Map, Value};
use std::path::Path;

/// Returns the row with its right answer, or with none.
pub fn answered(row: &Value, failed: bool) -> Value {
    let mut answer = if failed { Map::new() } else { expected_answer(row, &default_fields()) };
    let mut row = row.clone();
    row["TLDR"] = answer.remove("tldr").unwrap_or_default();
    row["Challenge"] = answer.remove("challenge").unwrap_or_default();
    row
}

/// Reads a file of JSON Lines.
#[track_caller]
pub fn read_jsonl(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asserts that every row has its right answer, in the order of the source, and rows at `failed` (from 1) none.
#[track_caller]
pub fn assert_answers(name: &str, path: &Path, rows: &Rows, failed: &[usize]) {
    let expected: Vec<Value> =
        rows.values().iter().enumerate().map(|(at, row)| answered(row, failed.contains(&(at + 1)))).collect();
    let found = read_jsonl(path);
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found, expected, "{name}: row {}", at + 1);
    }
    assert_eq!(found.len(), expected.len(), "{name}: exported rows");
}
