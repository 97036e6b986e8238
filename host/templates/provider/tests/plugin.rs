use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, assert_conforms, block_on};
use {{ident}} as plugin;

#[test]
fn conforms_and_counts_words() {
    assert_conforms!(plugin, json!({ "long_from": 3 }));
    let config = serde_json::from_value(json!({ "long_from": 3 })).unwrap();
    let provider = plugin::Rules::new(config, FakeHost::default().host()).unwrap();
    let rows = json!({ "r0": { "tag": "x7", "row": { "Text": "one two three" } } }).to_string();
    let request = CompletionRequest {
        rows,
        ..CompletionRequest::default()
    };
    let answer = block_on(provider.complete(request)).unwrap().text;
    assert_eq!(answer, r#"{"r0":{"tag":"x7","words":3,"long":true}}"#);
}
