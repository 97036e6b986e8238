//! The conformance suite for exporters.

use rowsmith_plugin_api::prelude::*;

type Row = serde_json::Map<String, Value>;

fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    serde_json::Deserializer::from_slice(bytes).into_iter().map(|row| Ok(row?)).collect()
}

#[test]
fn passes_the_conformance_suite() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_exporter_jsonl, json!({}), |suite| suite.read(read));
}
