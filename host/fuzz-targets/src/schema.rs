//! Reads a JSON Schema of output columns.
//!
//! Properties: an accepted schema has a column for each property; an error has a text.

use rowsmith::rules::from_json_schema;
use serde_json::Value;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(schema) = serde_json::from_slice::<Value>(bytes) else { return };
    match from_json_schema(&schema) {
        Ok(columns) => assert_eq!(Some(columns.len()), schema["properties"].as_object().map(serde_json::Map::len)),
        Err(problem) => assert!(!problem.is_empty()),
    }
}
