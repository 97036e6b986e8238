//! Selects the anchor of each row: its short title, with which the answer has to begin. Pure.
//!
//! A weak model that writes the title of a row first writes the rest about that row. The schema fixes the title, so it
//! differs from call to call.

use super::question::Question;
use crate::rules::OutputColumn;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Maximum characters of an anchor; a longer one helps less.
const MAX_CHARS: usize = 60;
/// Names of the field, in order of preference; the first that is no output column.
const FIELDS: [&str; 3] = ["about", "about_row", "row_title"];

/// The source of anchors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AnchorSource {
    /// No anchors.
    #[default]
    None,
    /// The short text column with the most distinct values of the call.
    Distinct,
    /// This input column.
    Column(String),
}

/// The anchors of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchors {
    /// The column.
    pub column: String,
    /// The anchor of each row; none if its column is empty.
    pub values: Vec<Option<String>>,
}

/// Returns the name of the field that holds the anchor, beside these output columns.
pub fn field_name(outputs: &[OutputColumn]) -> &'static str {
    let is_taken = |field: &str| outputs.iter().any(|output| output.name == field);
    FIELDS.iter().copied().find(|field| !is_taken(field)).unwrap_or("about_this_row")
}

/// Returns the anchors of a call with several rows.
pub fn anchors(source: &AnchorSource, questions: &[Question]) -> Option<Anchors> {
    if questions.len() < 2 || *source == AnchorSource::None {
        return None;
    }
    let rows: Vec<Map<String, Value>> =
        questions.iter().map(|question| serde_json::from_str(&question.body).unwrap_or_default()).collect();
    let column = match source {
        AnchorSource::None => return None,
        AnchorSource::Column(column) => column.clone(),
        AnchorSource::Distinct => most_distinct(&rows)?,
    };
    let values: Vec<_> = rows.iter().map(|row| row.get(&column).and_then(anchor)).collect();
    values.iter().any(Option::is_some).then_some(Anchors { column, values })
}

/// Returns the column of short texts with the most distinct values; the first of several.
fn most_distinct(rows: &[Map<String, Value>]) -> Option<String> {
    let columns = rows.first()?.keys();
    let distinct = columns.filter_map(|column| {
        let values: Option<HashSet<&str>> = rows.iter().map(|row| short_text(row.get(column)?)).collect();
        Some((column, values?.len()))
    });
    let best = distinct.rev().max_by_key(|(_, distinct)| *distinct);
    best.filter(|(_, distinct)| *distinct > 1).map(|(column, _)| column.clone())
}

fn short_text(value: &Value) -> Option<&str> {
    let text = value.as_str()?.trim();
    let chars = text.chars().take(MAX_CHARS + 1).count();
    ((1..=MAX_CHARS).contains(&chars) && !text.contains('\n')).then_some(text)
}

/// Returns the anchor of a value: its beginning, in one line.
fn anchor(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.lines().map(str::trim).find(|line| !line.is_empty())?.to_owned(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let cut: String = text.chars().take(MAX_CHARS).collect();
    Some(cut.trim().to_owned()).filter(|anchor| !anchor.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::question::RowKey;
    use super::*;
    use crate::rules::{Rule, ValueType};
    use serde_json::json;

    fn questions(rows: &[Value]) -> Vec<Question> {
        let question = |row: &Value| Question {
            key: RowKey([0; 32]),
            body: row.to_string().into(),
            echo: None,
            asked: 0,
            rejected: None,
        };
        rows.iter().map(question).collect()
    }

    #[test]
    fn the_most_distinct_short_column_is_the_anchor() {
        let long = "word ".repeat(30);
        for (name, rows, expected) in [
            (
                "topics",
                vec![
                    json!({"Kind": "a", "Topic": "Mars", "Text": long}),
                    json!({"Kind": "a", "Topic": "Io", "Text": "b"}),
                ],
                Some(("Topic", vec![Some("Mars"), Some("Io")])),
            ),
            (
                "the first of several",
                vec![json!({"a": "1", "b": "2"}), json!({"a": "3", "b": "4"})],
                Some(("a", vec![Some("1"), Some("3")])),
            ),
            ("numbers", vec![json!({"n": 1}), json!({"n": 2})], None),
            ("all the same", vec![json!({"a": "x"}), json!({"a": "x"})], None),
            ("a row lacks it", vec![json!({"a": "x"}), json!({"b": "y"})], None),
            ("one row", vec![json!({"a": "x"})], None),
        ] {
            let found = anchors(&AnchorSource::Distinct, &questions(&rows));
            let expected = expected.map(|(column, values)| Anchors {
                column: column.to_owned(),
                values: values.into_iter().map(|value| value.map(str::to_owned)).collect(),
            });
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn a_column_of_the_config_is_cut() {
        let rows = questions(&[json!({"t": format!("\n {}", "é".repeat(90))}), json!({"t": 7}), json!({"t": " "})]);
        let found = anchors(&AnchorSource::Column("t".to_owned()), &rows).unwrap();
        assert_eq!(found.values, [Some("é".repeat(60)), Some("7".to_owned()), None]);
        assert_eq!(anchors(&AnchorSource::Column("other".to_owned()), &rows), None);
        assert_eq!(anchors(&AnchorSource::None, &rows), None);
    }

    #[test]
    fn the_field_is_no_output_column() {
        let column =
            |name: &str| OutputColumn { name: name.into(), column: name.into(), rule: Rule::new(ValueType::String) };
        assert_eq!(field_name(&[column("tldr")]), "about");
        assert_eq!(field_name(&[column("about"), column("tldr")]), "about_row");
    }
}
