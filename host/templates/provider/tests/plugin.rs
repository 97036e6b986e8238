use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, assert_conforms, block_on};
use {{ident}} as plugin;

#[test]
fn conforms_and_takes_the_first_words() {
    assert_conforms!(plugin, json!({ "words": 2 }));
    let config = serde_json::from_value(json!({ "words": 2 })).unwrap();
    let provider = plugin::FirstWords::new(config, FakeHost::default().host()).unwrap();
    let request = CompletionRequest {
        rows: r#"{"r0": {"tag": "x7", "row": {"Text": "one two three"}}}"#.to_owned(),
        rules: r#"{"short": {"type": "string"}}"#.to_owned(),
        ..CompletionRequest::default()
    };
    let answer = block_on(provider.complete(request)).unwrap().text;
    assert_eq!(answer, r#"{"r0":{"tag":"x7","short":"one two"}}"#);
}
