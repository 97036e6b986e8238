//! The conformance suite of providers.

use rowsmith_plugin_api::prelude::json;

const CASSETTE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cassette");

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_provider_gemini, json!({"model": "m"}), |suite| {
        suite.cassette(CASSETTE).expect("a cassette")
    });
}
