use rowsmith_plugin_api::prelude::*;
use {{ident}} as plugin;

#[test]
fn conforms_and_reads_an_answer() {
    let config = json!({ "model": "m" });
    rowsmith_plugin_testkit::assert_conforms!(plugin, config.clone());
    let chat = plugin::Chat::new(serde_json::from_value(config).unwrap()).unwrap();
    let body = r#"{"choices": [{"message": {"content": "an answer"}}]}"#;
    let answer = chat.response(&CompletionRequest::default(), &HttpResponse::new(200, body));
    assert_eq!(answer.unwrap().text, "an answer");
}
