//! Compares what was exported with what the server answers, row by row, so that no answer can be on another's row.

use super::rows::Rows;
use rowsmith_fake_model::{Field, default_fields, expected_answer};
use serde_json::Value;
use std::path::Path;

/// The output columns of the config, as the model sees them.
pub(crate) fn fields() -> Vec<Field> {
    default_fields()
}

/// The row with the right answer, or with none.
pub(crate) fn answered(row: &Value, failed: bool) -> Value {
    let mut answer = if failed { serde_json::Map::new() } else { expected_answer(row, &fields()) };
    let mut row = row.clone();
    row["TLDR"] = answer.remove("tldr").unwrap_or_default();
    row["Challenge"] = answer.remove("challenge").unwrap_or_default();
    row
}

/// Reads a file of JSON Lines.
pub(crate) fn read_jsonl(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every row has its own right answer, in the source's order; only those at `failed` (from 1) have none.
pub(crate) fn assert_output(name: &str, path: &Path, rows: &Rows, failed: &[usize]) {
    let wanted: Vec<Value> =
        rows.values().iter().enumerate().map(|(at, row)| answered(row, failed.contains(&(at + 1)))).collect();
    let found = read_jsonl(path);
    for (at, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        assert_eq!(found, wanted, "{name}: row {}", at + 1);
    }
    assert_eq!(found.len(), wanted.len(), "{name}: rows exported");
}
