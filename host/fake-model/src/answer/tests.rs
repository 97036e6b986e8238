//! Every mutation, applied to an answer to four rows.

use super::changes::OUTSIDE_VALUE;
use super::compose::answer_text;
use crate::dialect::FinishReason;
use crate::expected::expected_answer;
use crate::field::default_fields;
use crate::prompt::{Prompt, Shape};
use crate::record::RequestedRow;
use crate::script::Mutation;
use serde_json::{Value, json};

fn prompt(shape: Shape) -> Prompt {
    let row = |index: usize| RequestedRow {
        id: format!("r{index}"),
        tag: Some(format!("t{index}")),
        row: json!({"Topic": format!("topic {index}")}),
        rejected: None,
    };
    Prompt { shape, rows: (0..4).map(row).collect(), ..Prompt::default() }
}

fn text(shape: Shape, mutations: &[Mutation]) -> (String, FinishReason) {
    answer_text(&prompt(shape), &default_fields(), mutations)
}

/// Returns for each item its id, its tag, and the number of the row that its values belong to.
fn layout(shape: Shape, mutations: &[Mutation]) -> Vec<String> {
    let (text, _) = text(shape, mutations);
    let value: Value = serde_json::from_str(&text).unwrap();
    let items: Vec<(String, Value)> = match value {
        Value::Object(map) => map.into_iter().collect(),
        Value::Array(items) => items.into_iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item)).collect(),
        other => panic!("{other}"),
    };
    let rows = prompt(shape).rows;
    let owner = |item: &Value| {
        let right = |asked: &RequestedRow| expected_answer(&asked.row, &default_fields())["tldr"] == item["tldr"];
        rows.iter().position(right).map_or("?".to_owned(), |row| row.to_string())
    };
    items
        .into_iter()
        .map(|(id, item)| format!("{id} {} {}", item["tag"].as_str().unwrap_or("-"), owner(&item)))
        .collect()
}

#[test]
fn mutations_move_items() {
    let cases: [(&str, Mutation, &[&str]); 8] = [
        ("drop item", Mutation::DropItem(1), &["r0 t0 0", "r2 t2 2", "r3 t3 3"]),
        ("drop rows", Mutation::drop_rows("topic 2"), &["r0 t0 0", "r1 t1 1", "r3 t3 3"]),
        ("renumber", Mutation::Renumber(1), &["r0 t0 0", "r1 t2 2", "r2 t3 3"]),
        ("swap", Mutation::Swap(0, 2), &["r0 t2 2", "r1 t1 1", "r2 t0 0", "r3 t3 3"]),
        ("swap keeping tags", Mutation::SwapKeepingTags(0, 2), &["r0 t0 2", "r1 t1 1", "r2 t2 0", "r3 t3 3"]),
        ("shuffle", Mutation::Shuffle, &["r3 t3 3", "r2 t2 2", "r1 t1 1", "r0 t0 0"]),
        ("unknown", Mutation::AddUnknown("zz".to_owned()), &["r0 t0 0", "r1 t1 1", "r2 t2 2", "r3 t3 3", "zz - ?"]),
        ("out of range", Mutation::Swap(0, 9), &["r0 t0 0", "r1 t1 1", "r2 t2 2", "r3 t3 3"]),
    ];
    for (name, mutation, want) in cases {
        for shape in [Shape::Keyed, Shape::Array] {
            assert_eq!(layout(shape, std::slice::from_ref(&mutation)), want, "{name} {shape:?}");
        }
    }
    let repeated = layout(Shape::Array, &[Mutation::Repeat { item: 0, different: false }]);
    assert_eq!(repeated[..2], ["r0 t0 0", "r0 t0 0"]);
    let different = layout(Shape::Array, &[Mutation::Repeat { item: 0, different: true }]);
    assert_eq!(different[..2], ["r0 t0 0", "r0 t0 ?"]);
}

#[test]
fn mutations_of_fields_change_only_matching_rows() {
    let cases = [
        ("enum", Mutation::WrongEnum("topic 1".to_owned()), "challenge", Some(json!(OUTSIDE_VALUE))),
        ("words", Mutation::words("topic 1", "tldr", 3), "tldr", Some(json!("word word word"))),
        ("empty", Mutation::empty("topic 1", "tldr"), "tldr", Some(json!(""))),
        ("null", Mutation::null("topic 1", "tldr"), "tldr", Some(Value::Null)),
        ("missing", Mutation::missing("topic 1", "tldr"), "tldr", None),
        ("extra", Mutation::extra("topic 1", "more"), "more", Some(json!("not asked for"))),
        ("tag", Mutation::set("topic 1", "tag", "bad"), "tag", Some(json!("bad"))),
    ];
    let (right, _) = text(Shape::Keyed, &[]);
    let right: Value = serde_json::from_str(&right).unwrap();
    for (name, mutation, field, want) in cases {
        let (changed, finish) = text(Shape::Keyed, &[mutation]);
        let changed: Value = serde_json::from_str(&changed).unwrap();
        assert_eq!(changed["r1"].get(field), want.as_ref(), "{name}");
        assert_eq!(changed["r0"], right["r0"], "{name}");
        assert_eq!(finish, FinishReason::Stop, "{name}");
    }
}

#[test]
fn mutations_replace_or_wrap_the_text() {
    let (right, _) = text(Shape::Keyed, &[]);
    let cases = [
        ("fences", vec![Mutation::Fences], format!("```json\n{right}\n```")),
        ("refusal", vec![Mutation::refusal()], "I cannot help with that.".to_owned()),
        ("empty", vec![Mutation::empty_text()], String::new()),
        ("comma", vec![Mutation::TrailingComma], format!("{},}}", right.strip_suffix('}').unwrap())),
    ];
    for (name, mutations, want) in cases {
        assert_eq!(text(Shape::Keyed, &mutations).0, want, "{name}");
    }
    assert!(text(Shape::Keyed, &[Mutation::Prose]).0.contains(&right));
    let (thought, _) = text(Shape::Keyed, &[Mutation::Fences, Mutation::Think]);
    assert!(thought.starts_with("<think>") && thought.ends_with("```"), "{thought}");
    let (doubled, _) = text(Shape::Keyed, &[Mutation::DuplicateKeys]);
    assert_eq!(doubled.matches("\"tldr\":").count(), 8);
    assert!(serde_json::from_str::<Value>(&text(Shape::Keyed, &[Mutation::invalid_json()]).0).is_err());
}

#[test]
fn cut_text_ends_in_the_middle_of_an_item() {
    for (shape, ends) in [(Shape::Keyed, 2), (Shape::Array, 2)] {
        let (cut, finish) = text(shape, &[Mutation::CutAfter(2)]);
        assert_eq!(finish, FinishReason::Length);
        assert_eq!(cut.matches('}').count(), ends, "{shape:?}");
        assert!(cut.contains("\"t1\"") && cut.contains("r2") && !cut.contains("\"t3\""), "{cut}");
    }
    let (whole, finish) = text(Shape::Keyed, &[Mutation::CutAfter(9), Mutation::Finish("OTHER".to_owned())]);
    assert_eq!(whole.matches('}').count(), 4, "all items, no end");
    assert_eq!(finish, FinishReason::Other("OTHER".to_owned()));
}
