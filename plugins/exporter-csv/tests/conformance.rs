//! What the host relies on in any exporter.

use rowsmith_plugin_api::prelude::json;

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_exporter_csv, json!({}));
}
