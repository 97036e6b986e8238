//! What the host relies on in any cache.

use rowsmith_plugin_api::prelude::json;

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_cache_memory, json!({}));
}
