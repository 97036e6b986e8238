//! The conformance suite for exporters, with a reader of another library.

use crate::reader;
use rowsmith_plugin_api::prelude::*;

/// The documented form of values that a sheet cannot hold: lists are joined.
fn mapping(value: &Value) -> Option<Value> {
    let items = value.as_array()?.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
    Some(json!(items.collect::<Vec<_>>().join(", ")))
}

#[test]
fn passes_the_conformance_suite() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_exporter_xlsx, json!({}), |suite| {
        suite.read(reader::read).mapping(mapping)
    });
}
