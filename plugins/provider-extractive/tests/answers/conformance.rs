//! The conformance suite of providers.

use rowsmith_plugin_api::prelude::json;

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_provider_extractive, json!({}));
}
