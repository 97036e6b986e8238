use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::assert_conforms;

#[test]
fn conforms() {
    assert_conforms!(rowsmith_exporter_html, json!({"path": "{dir}/rows.html"}));
}
