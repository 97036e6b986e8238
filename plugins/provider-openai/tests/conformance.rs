//! What the host relies on in any provider.

use rowsmith_plugin_api::prelude::json;

const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_provider_openai, json!({"model": "m"}), |suite| {
        suite.recordings(RECORDINGS)
    });
}
