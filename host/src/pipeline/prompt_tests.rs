//! The bytes that a config with every constraint sends: prompts, schemas, rules and rejections.
//!
//! They are part of every row key, or of the requests in recordings. `SNAPSHOTS=overwrite` writes the file again; a
//! difference in it means that users pay again for rows that they have.

use super::super::batch::{Batch, Stage};
use super::super::question::{Question, Rejection, RowKey};
use super::{AnchorSource, AnswerShape, PromptOptions, Prompter};
use crate::document::Document;
use crate::rules::canonical::rules_json;
use crate::rules::{OutputColumn, check, from_json_schema, from_tables};
use crate::settings::Pairing;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

fn outputs() -> Vec<OutputColumn> {
    let document = Document::parse("golden_prompt.toml", include_str!("golden_prompt.toml")).unwrap();
    from_tables(document.value.as_object().unwrap()).unwrap()
}

/// The same columns as a JSON Schema.
fn schema_outputs() -> Vec<OutputColumn> {
    from_json_schema(&json!({
        "type": "object",
        "required": ["summary", "note", "hours", "grade", "verified", "tags", "links", "place"],
        "properties": {
            "summary": {
                "type": "string", "x-column": "Summary", "x-max-words": 12, "minLength": 3, "maxLength": 80,
                "pattern": "^[A-Z]", "description": "crisp summary, no \"quotes\"",
            },
            "level": {"enum": ["practice", "expert", null]},
            "note": {"type": "string", "minLength": 0},
            "hours": {"type": "integer", "minimum": 1, "maximum": 100, "description": "hours to learn it"},
            "score": {"type": ["number", "null"], "minimum": -0.5, "maximum": 2.5},
            "grade": {"type": "integer", "enum": [1, 2, 3]},
            "verified": {"type": "boolean"},
            "tags": {
                "type": "array", "minItems": 1, "maxItems": 5,
                "items": {"type": "string", "x-max-words": 3, "enum": ["a b", "c"]},
            },
            "links": {"type": "array"},
            "place": {
                "type": "object", "description": "where it is", "required": ["city", "at"],
                "properties": {
                    "city": {"type": "string", "x-max-words": 4},
                    "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
                    "at": {
                        "type": "array", "maxItems": 2, "items": {"type": "number", "minimum": -180, "maximum": 180},
                    },
                },
            },
        },
    }))
    .unwrap()
}

/// Values that violate one rule each.
fn invalid_values() -> Vec<(&'static str, Value)> {
    vec![
        ("summary", json!(null)),
        ("summary", json!(12)),
        ("summary", json!(" ")),
        ("summary", json!("A b c d e f g h i j k l m")),
        ("summary", json!("A")),
        ("summary", json!("A".repeat(81))),
        ("summary", json!("lower case")),
        ("level", json!("Expert")),
        ("level", json!("")),
        ("level", json!("x".repeat(100))),
        ("hours", json!(0)),
        ("hours", json!(100.0 + 1.0)),
        ("hours", json!(1.5)),
        ("score", json!(-0.75)),
        ("score", json!(2.75)),
        ("grade", json!(4)),
        ("verified", json!("yes")),
        ("tags", json!([])),
        ("tags", json!(["c", "c", "c", "c", "c", "c"])),
        ("tags", json!(["c", "d"])),
        ("tags", json!("c")),
        ("place", json!({})),
        ("place", json!({"city": "Ulm", "at": [1, 200]})),
        ("place", json!({"city": "Ulm", "country": "DEU", "at": []})),
        ("place", json!({"city": null, "at": []})),
    ]
}

fn valid_values() -> Vec<(&'static str, Value)> {
    vec![
        ("summary", json!("A b c d e f g h i j k l")),
        ("level", json!("expert")),
        ("level", json!(null)),
        ("note", json!("")),
        ("hours", json!(100.0)),
        ("score", json!(-0.5)),
        ("grade", json!(3)),
        ("verified", json!(false)),
        ("tags", json!(["a b", "c"])),
        ("links", json!([1, null])),
        ("place", json!({"city": "Ulm", "at": [9.99, 48.4], "more": 1})),
    ]
}

fn batch() -> Batch {
    let question = |at: u8, rejected: Option<&str>| Question {
        key: RowKey([at; 32]),
        body: json!({"Topic": format!("topic {at}")}).to_string().into(),
        echo: None,
        asked: 0,
        rejected: rejected.map(|code| Arc::new(Rejection { code: code.to_owned(), message: String::new() })),
    };
    Batch { questions: vec![question(1, None), question(2, Some("level:null"))], stage: Stage::First }
}

fn rendered() -> String {
    let outputs = outputs();
    let prompter = Prompter::new("Rate the topics.", &outputs, Pairing::Tag);
    let mut text = String::new();
    let mut add = |heading: &str, content: &str| writeln!(text, "==== {heading}\n{content}\n").unwrap();
    for (name, shape) in [
        ("keyed", AnswerShape::Keyed),
        ("array in an object", AnswerShape::Array { json_mode: true }),
        ("array", AnswerShape::Array { json_mode: false }),
    ] {
        let asked = prompter.request(&batch(), shape);
        let request = &asked.request;
        add(&format!("{name}: system"), &request.system);
        add(&format!("{name}: note"), &request.note);
        add(&format!("{name}: rows"), &request.rows);
        add(&format!("{name}: schema"), request.schema.as_deref().unwrap_or("none"));
        add(&format!("{name}: max_output_tokens"), &asked.sizes.answer_tokens.to_string());
    }
    add("rules", prompter.rules());
    add("rules of the JSON Schema", &rules_json(&schema_outputs()));
    for (name, value) in invalid_values() {
        let output = outputs.iter().find(|output| output.name == name).unwrap();
        let violation = check::violation(name, &output.rule, &value).unwrap();
        add(&format!("rejection of {name} = {value}"), &violation.to_string());
    }
    text
}

#[test]
fn prompts_schemas_and_rules_stay_byte_for_byte() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pipeline/golden_prompt.txt");
    let rendered = rendered();
    if std::env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
        std::fs::write(&path, &rendered).unwrap();
    }
    assert_eq!(rendered, std::fs::read_to_string(path).unwrap());
}

#[test]
fn calls_of_several_rows_have_anchors() {
    let outputs = outputs();
    let options = PromptOptions { anchor: AnchorSource::Distinct, ..PromptOptions::default() };
    let prompter = Prompter::new("Rate the topics.", &outputs, Pairing::Tag).with_options(options);
    let asked = prompter.request(&batch(), AnswerShape::Keyed);
    let tags = asked.tags.unwrap();
    let values = [Some("topic 1".to_owned()), Some("topic 2".to_owned())];
    assert_eq!(asked.anchors, Some(("about", values.to_vec())));
    assert!(
        asked.request.note.contains(r#"field "about", which repeats the row's "Topic"."#),
        "{}",
        asked.request.note
    );
    let schema = asked.request.schema_value().unwrap().unwrap();
    assert_eq!(schema["properties"]["r1"]["properties"]["about"]["enum"], json!(["topic 2"]));
    assert_eq!(schema["properties"]["r1"]["properties"]["tag"]["enum"], json!([tags[1]]));
    // Without a schema, and for a single row, nothing can be confused or fixed.
    let asked = prompter.request(&batch(), AnswerShape::Array { json_mode: true });
    assert!(asked.anchors.is_none() && asked.tags.is_some());
    let single = Batch { questions: batch().questions[..1].to_vec(), stage: Stage::Single };
    let asked = prompter.request(&single, AnswerShape::Keyed);
    assert!(asked.anchors.is_none() && asked.tags.is_none());
}

#[test]
fn valid_values_are_accepted() {
    let outputs = outputs();
    for (name, value) in valid_values() {
        let output = outputs.iter().find(|output| output.name == name).unwrap();
        assert!(check::violation(name, &output.rule, &value).is_none(), "{name} = {value}");
    }
}
