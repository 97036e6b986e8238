//! The conformance suite of caches.

use rowsmith_plugin_api::prelude::json;

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_cache_lmdb, json!({}));
}
