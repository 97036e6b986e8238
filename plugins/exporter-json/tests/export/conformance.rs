//! The conformance suite for exporters.

use rowsmith_plugin_api::prelude::*;

type Row = serde_json::Map<String, Value>;

fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    Ok(serde_json::from_slice(bytes)?)
}

#[test]
fn passes_the_conformance_suite() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_exporter_json, json!({}), |suite| suite.read(read));
}
