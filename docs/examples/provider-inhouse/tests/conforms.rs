use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::assert_conforms;

#[test]
fn conforms() {
    let config = json!({"base_url": "http://models.test", "model": "labels-2", "api_key": "key-of-the-test"});
    assert_conforms!(rowsmith_provider_inhouse, config);
}
