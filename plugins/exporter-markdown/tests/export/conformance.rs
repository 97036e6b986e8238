//! The conformance suite for exporters.

use rowsmith_plugin_api::prelude::json;

#[test]
fn passes_the_conformance_suite() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_exporter_markdown, json!({}));
}
