//! Properties of the answers: they parse, have every column, and satisfy the constraints.

mod conformance;
mod sample;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rowsmith_plugin_api::ErrorKind;
use rowsmith_plugin_api::prelude::{
    CompletionRequest, FinishReason, Provider, StructuredOutput, Value, json, serde_json,
};
use rowsmith_plugin_testkit::{FakeHost, block_on};
use rowsmith_provider_extractive::Extractive;
use std::time::Duration;

fn provider(config: &Value, host: &FakeHost) -> rowsmith_plugin_api::Result<Extractive> {
    Extractive::new(serde_json::from_value(config.clone()).expect("a valid config"), host.host())
}

fn ask(rows: &Value, rules: &Value) -> rowsmith_plugin_api::Result<Value> {
    let request =
        CompletionRequest { rows: rows.to_string(), rules: rules.to_string(), ..CompletionRequest::default() };
    let completion = block_on(provider(&json!({}), &FakeHost::default())?.complete(request))?;
    assert_eq!(completion.finish, FinishReason::Stop);
    Ok(serde_json::from_str(&completion.text)?)
}

/// Returns the value of one column for one row.
fn column(row: &Value, rule: &Value) -> Value {
    ask(&json!({"r0": {"row": row}}), &json!({ "x": rule })).expect("a valid request")["r0"]["x"].take()
}

fn moon() -> Value {
    json!({
        "Category": "Targets",
        "Topic": "The Moon",
        "Description": "The Moon is the best first target, 384,400 km away. Sketch craters and seas along the terminator.",
    })
}

#[test]
fn it_is_not_a_language_model() {
    let info = provider(&json!({}), &FakeHost::default()).unwrap().info();
    assert!(!info.is_language_model);
    assert_eq!(info.identity, json!({"model": "extractive-1"}));
    assert_eq!(info.structured_output, StructuredOutput::JsonSchema);
}

#[test]
fn answers_come_in_the_shape_of_the_question() {
    let rules = json!({"level": {"enum": ["easy", "hard"]}, "n": {"type": "integer"}});
    let keyed = json!({"r0": {"tag": "x7", "row": moon()}, "r1": {"row": {"Topic": "Part 2"}}});
    let expected = r#"{"r0":{"tag":"x7","level":"easy","n":384400},"r1":{"level":"easy","n":2}}"#;
    assert_eq!(ask(&keyed, &rules).unwrap().to_string(), expected);

    let listed = json!([{"id": "k3", "tag": "x7", "row": moon()}]);
    assert_eq!(ask(&listed, &rules).unwrap().to_string(), r#"[{"id":"k3","tag":"x7","level":"easy","n":384400}]"#);
}

#[test]
fn every_type_has_its_value() {
    let cases = [
        ("summary", json!({"type": "string", "max_words": 6}), json!("The Moon is the best first target")),
        ("label", json!({"type": "string", "max_words": 3}), json!("The Moon (Targets)")),
        ("one word", json!({"type": "string", "max_length": 3}), json!("The")),
        ("clamped", json!({"type": "integer", "max": 10}), json!(10)),
        ("statement", json!({"type": "boolean", "description": "whether craters can be seen"}), json!(true)),
        ("no statement", json!({"type": "boolean", "description": "about cooking rice"}), json!(false)),
        ("phrases", json!({"type": "array", "max_items": 1, "items": {"type": "string"}}), json!(["Moon"])),
        ("choices", json!({"type": "array", "items": {"enum": ["crater", "comet", "sea"]}}), json!(["crater", "sea"])),
        (
            "filled up",
            json!({"type": "array", "min_items": 2, "items": {"type": "integer"}}),
            json!([384_400, 384_400]),
        ),
        (
            "object",
            json!({"type": "object", "properties": {"km": {"type": "number"}, "seen": {"type": "boolean"}}}),
            json!({"km": 384_400, "seen": false}),
        ),
        ("nothing fits", json!({"enum": ["rice", "pasta"], "optional": true}), Value::Null),
    ];
    for (name, rule, expected) in cases {
        let value = column(&moon(), &rule);
        // Words are counted by white space, as the host counts them.
        if name == "summary" {
            assert!(value.as_str().is_some_and(|text| text.split_whitespace().count() <= 6), "{value}");
        } else {
            assert_eq!(value, expected, "{name}");
        }
    }
}

#[test]
fn a_minimum_length_is_reached_when_the_row_has_the_words() {
    let value = column(&moon(), &json!({"type": "string", "min_length": 90, "max_length": 120}));
    let length = value.as_str().unwrap().chars().count();
    assert!((90..=120).contains(&length), "{value}");
}

#[test]
fn invalid_requests_are_rejected() {
    let cases = [
        ("rows", json!(7), json!({})),
        ("row", json!({"r0": 1}), json!({})),
        ("rules", json!({}), json!({"a": {"type": "date"}})),
    ];
    for (name, rows, rules) in cases {
        let error = ask(&rows, &rules).expect_err(name);
        assert_eq!(error.kind, ErrorKind::BadRequest, "{name}");
    }
}

#[test]
fn latency_is_a_sleep_of_the_host() {
    let host = FakeHost::default();
    let request = CompletionRequest { rows: "{}".to_owned(), rules: "{}".to_owned(), ..CompletionRequest::default() };
    let answer = block_on(provider(&json!({"latency_ms": 250}), &host).unwrap().complete(request)).unwrap();
    assert_eq!(answer.text, "{}");
    assert_eq!(host.sleeps(), [Duration::from_millis(250)]);
}

/// Text of a row: words, markup, punctuation, any character.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Zäß]{1,9}",
        1 => Just("the".to_owned()),
        1 => Just("which".to_owned()),
        1 => Just("and".to_owned()),
        1 => "-?[0-9]{1,4}[.,]?[0-9]{0,3}",
        2 => "[-*_`\\[\\]()<>!.,;:\"'#|\\n]{1,3}",
        1 => any::<String>(),
    ];
    let between = prop_oneof![6 => Just(" "), 1 => Just(""), 1 => Just(". "), 1 => Just(", "), 1 => Just("\n\n")];
    prop::collection::vec((piece, between), 0..60)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, between)| piece + between).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn answers_satisfy_their_constraints(
        topic in text(), prose in text(), words in 1..20_usize, chars in 1..80_usize, min in -50..50_i32, span in 0..40_i32,
    ) {
        let max = min + span;
        let rules = json!({
            "short": {"type": "string", "max_words": words},
            "brief": {"type": "string", "max_length": chars, "min_length": chars / 2},
            "level": {"type": "string", "enum": ["practice", "expert"]},
            "whole": {"type": "integer", "min": min, "max": max},
            "number": {"type": "number", "min": min, "max": max, "optional": true},
            "tags": {"type": "array", "min_items": 1, "max_items": 3, "items": {"type": "string", "max_words": 2}},
            "deep": {"type": "object", "properties": {"yes": {"type": "boolean"}}},
        });
        let rows = json!({"r0": {"tag": "t", "row": {"Topic": topic, "Description": prose}}});
        let answer = ask(&rows, &rules).unwrap();
        prop_assert_eq!(&answer, &ask(&rows, &rules).unwrap());

        let row = answer["r0"].as_object().unwrap();
        let names: Vec<_> = row.keys().map(String::as_str).collect();
        prop_assert_eq!(names, ["tag", "short", "brief", "level", "whole", "number", "tags", "deep"]);
        prop_assert!(row["short"].as_str().unwrap().split_whitespace().count() <= words);
        prop_assert!(row["brief"].as_str().unwrap().chars().count() <= chars);
        prop_assert!(row["level"] == "practice" || row["level"] == "expert");
        let bounds = i64::from(min)..=i64::from(max);
        prop_assert!(bounds.contains(&row["whole"].as_i64().unwrap()));
        let bounds = f64::from(min)..=f64::from(max);
        prop_assert!(row["number"].is_null() || bounds.contains(&row["number"].as_f64().unwrap()));
        let tags = row["tags"].as_array().unwrap();
        prop_assert!((1..=3).contains(&tags.len()));
        prop_assert!(tags.iter().all(|tag| tag.as_str().unwrap().split_whitespace().count() <= 2));
        prop_assert!(row["deep"]["yes"].is_boolean());
    }
}
