use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::assert_conforms;

#[test]
fn conforms() {
    // `{dir}` is a new folder for every store that the suite makes.
    assert_conforms!(rowsmith_cache_sqlite, json!({"path": "{dir}/answers.sqlite"}));
}
