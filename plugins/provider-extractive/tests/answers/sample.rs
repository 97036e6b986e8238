//! Answers to the sample data, which a first run shows.

use rowsmith_plugin_api::prelude::{
    CompletionRequest, Provider, Value, json,
    serde_json::{self, Map},
};
use rowsmith_plugin_testkit::{FakeHost, block_on};
use rowsmith_provider_extractive::Extractive;
use std::path::Path;

const MAX_WORDS: usize = 12;

/// Returns the texts of the sample as rows: the heading is the topic, the text before the links the description.
fn sample_rows() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/sample/amateur-astronomy/content");
    let entries = std::fs::read_dir(folder).expect("the sample exists");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let row = |path| {
        let text = std::fs::read_to_string(path).expect("the sample is text");
        let (heading, body) = text.split_once('\n').expect("a heading");
        let prose = body.split_once("Visit the following").map_or(body, |(prose, _)| prose);
        json!({"Category": "Astronomy", "Topic": heading.trim_start_matches("# "), "Description": prose.trim()})
    };
    files.iter().map(row).collect()
}

#[test]
fn every_topic_has_a_short_summary_and_both_levels_occur() {
    let rules = json!({
        "tldr": {"type": "string", "max_words": MAX_WORDS, "description": "crisp summary, no punctuation at the end"},
        "challenge": {"type": "string", "enum": ["practice", "expert"]},
    });
    let rows = sample_rows();
    let keyed: Map<String, Value> =
        rows.iter().enumerate().map(|(n, row)| (format!("r{n}"), json!({"tag": "t", "row": row}))).collect();
    let request = CompletionRequest {
        rows: Value::Object(keyed).to_string(),
        rules: rules.to_string(),
        ..CompletionRequest::default()
    };
    let config = serde_json::from_str("{}").unwrap();
    let provider = Extractive::new(config, FakeHost::default().host()).unwrap();
    let answer = block_on(provider.complete(request)).unwrap().text;
    let answer: Value = serde_json::from_str(&answer).unwrap();

    let mut practice = 0;
    for (n, row) in rows.iter().enumerate() {
        let answer = &answer[format!("r{n}")];
        let tldr = answer["tldr"].as_str().unwrap();
        let words = tldr.split_whitespace().count();
        assert!((1..=MAX_WORDS).contains(&words), "{}: {tldr}", row["Topic"]);
        assert!(tldr.ends_with(|c: char| c.is_alphanumeric() || ")%°×\"”′″".contains(c)), "{}: {tldr}", row["Topic"]);
        practice += usize::from(answer["challenge"] == "practice");
    }
    let share = practice * 100 / rows.len();
    assert!((35..=75).contains(&share), "{share} % of the topics are practice");
}
