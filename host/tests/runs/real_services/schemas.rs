//! The shape of answers where a service enforces an object, and where it enforces nothing.

use super::stories::{Stories, always};
use serde_json::{Map, Value, json};

#[test]
fn json_mode_asks_for_an_object_and_reads_all_its_shapes() {
    let stories = Stories::new("json_object", "tag");
    let rows = stories.asked();
    let item = |at: usize, with_id: bool| {
        let mut item = Map::new();
        item.extend(with_id.then(|| ("id".to_owned(), Value::from(rows[at].id.clone()))));
        item.insert("tag".to_owned(), rows[at].tag.clone().into());
        item.insert("tldr".to_owned(), format!("answer {at}").into());
        Value::from(item)
    };
    let list = json!([item(0, true), item(1, true)]);
    let by_id: Map<String, Value> = (0..2).map(|at| (rows[at].id.clone(), item(at, false))).collect();
    for (name, text) in [
        ("a member", json!({"rows": list}).to_string()),
        ("another member", json!({"count": 2, "answers": list}).to_string()),
        ("keys", Value::from(by_id).to_string()),
        ("an array", list.to_string()),
    ] {
        let stories = Stories::new("json_object", "tag");
        let (ended, server) = stories.run(always(&text));
        assert_eq!((ended.code(), server.requests().len()), (0, 1), "{name}: {}", ended.stderr);
        assert_eq!(stories.values(), [json!("answer 0"), json!("answer 1")], "{name}");
        let body = &server.requests()[0].body;
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
        let system = body["messages"][0]["content"].as_str().unwrap();
        assert!(system.contains("JSON object") && !system.contains("JSON array"), "{system}");
    }
}
