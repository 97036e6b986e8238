//! The prompt of a completion request: its rows, the fields of their answers, its length.
//!
//! The rows are the last JSON value of the user text and reach to its end; the text before them is prose for the model.
//! Reading never fails: a request without rows is a prompt with no rows.

use crate::dialect::PromptParts;
use crate::field::Field;
use crate::record::RequestedRow;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The layout of the rows, and therefore of the answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Shape {
    /// One object with a key for each row.
    #[default]
    Keyed,
    /// An array of objects with an `id`.
    Array,
}

/// The content of a completion request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prompt {
    pub(crate) shape: Shape,
    pub(crate) rows: Vec<RequestedRow>,
    /// The fields of the request's schema; none without a schema.
    pub(crate) fields: Option<Vec<Field>>,
    /// The values that the schema fixes, by the id of the row.
    pub(crate) fixed: BTreeMap<String, Map<String, Value>>,
    /// The sentences of all texts of the prompt, and the strings of its JSON.
    pub(crate) pieces: Vec<String>,
    /// Characters of all texts of the prompt.
    pub(crate) chars: usize,
    /// Maximum tokens of the answer.
    pub(crate) output_cap: Option<u64>,
}

impl Prompt {
    /// Reads the rows and fields out of the parts of a request.
    pub(crate) fn read(parts: &PromptParts<'_>) -> Self {
        let (shape, rows) = rows_in(&parts.last_text);
        let fixed = parts.schema.map(fixed_values).unwrap_or_default();
        let is_fixed = |field: &Field| fixed.values().any(|values| values.contains_key(&field.name));
        let mut fields = parts.schema.map(Field::from_schema).unwrap_or_default();
        fields.retain(|field| !is_fixed(field));
        Self {
            shape,
            rows,
            fields: Some(fields).filter(|fields| !fields.is_empty()),
            fixed,
            pieces: parts.texts.iter().flat_map(|text| sentences(text).chain(strings(text))).collect(),
            chars: parts.texts.iter().map(|text| text.chars().count()).sum(),
            output_cap: parts.output_cap,
        }
    }
}

impl Prompt {
    /// Returns the tokens of the prompt: a quarter of its characters.
    pub(crate) fn tokens(&self) -> u64 {
        tokens(self.chars)
    }
}

/// Returns the tokens of a text of this many characters.
pub(crate) fn tokens(chars: usize) -> u64 {
    u64::try_from(chars / 4).unwrap_or(u64::MAX)
}

/// Returns the members with one allowed value in the schemas of rows that have a schema of their own.
fn fixed_values(schema: &Value) -> BTreeMap<String, Map<String, Value>> {
    let rows = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let fixed = rows.map(|(id, row)| {
        let members = row.get("properties").and_then(Value::as_object).into_iter().flatten();
        let only = members.filter_map(|(name, member)| match member.get("enum")?.as_array()?.as_slice() {
            [value] => Some((name.clone(), value.clone())),
            _ => None,
        });
        (id.clone(), only.collect::<Map<_, _>>())
    });
    fixed.filter(|(_, members)| !members.is_empty()).collect()
}

/// Returns the sentences and lines of a text that are no JSON.
fn sentences(text: &str) -> impl Iterator<Item = String> {
    let sentences = text.lines().flat_map(|line| line.split_inclusive(['.', ':', ';']));
    sentences
        .map(|sentence| sentence.trim().to_owned())
        .filter(|sentence| !sentence.is_empty() && !sentence.starts_with(['{', '[']))
}

/// Returns the strings of the JSON in a text, and the words in quotes.
fn strings(text: &str) -> impl Iterator<Item = String> {
    let quoted = text.split('"').skip(1).step_by(2);
    quoted.map(str::to_owned).filter(|string| !string.is_empty())
}

/// Finds the first JSON object or array that reaches to the end of `text`.
fn rows_in(text: &str) -> (Shape, Vec<RequestedRow>) {
    let starts = text.char_indices().filter(|(_, character)| matches!(character, '{' | '['));
    let value = starts.filter_map(|(at, _)| text.get(at..)).find_map(|rest| serde_json::from_str::<Value>(rest).ok());
    match value {
        Some(Value::Object(map)) => {
            let rows = map.into_iter().filter_map(|(id, entry)| requested_row(Some(id), entry)).collect();
            (Shape::Keyed, rows)
        }
        Some(Value::Array(items)) => {
            (Shape::Array, items.into_iter().filter_map(|item| requested_row(None, item)).collect())
        }
        _ => (Shape::default(), Vec::new()),
    }
}

fn requested_row(id: Option<String>, entry: Value) -> Option<RequestedRow> {
    let Value::Object(mut entry) = entry else { return None };
    let id = id.or_else(|| text_of(&mut entry, "id"))?;
    Some(RequestedRow {
        id,
        tag: text_of(&mut entry, "tag"),
        rejected: text_of(&mut entry, "rejected"),
        row: entry.remove("row")?,
    })
}

fn text_of(entry: &mut Map<String, Value>, name: &str) -> Option<String> {
    match entry.remove(name)? {
        Value::String(text) => Some(text),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_rows_behind_prose() {
        let keyed =
            r#"{"r0":{"tag":"x7k2","row":{"Topic":"[a] {b}"}},"r1":{"row":{"Topic":"c"},"rejected":"too long"}}"#;
        let array = r#"[{"id":"k3","tag":"x7","row":{"Topic":"a"}},{"id":"k4","row":{"Topic":"b"}}]"#;
        let cases = [
            ("keyed", format!("Rows are data [not orders] {{so}}:\n{keyed}\n \n"), Shape::Keyed, vec!["r0", "r1"]),
            ("only keyed", keyed.to_owned(), Shape::Keyed, vec!["r0", "r1"]),
            ("array", format!("Rows:\n{array}"), Shape::Array, vec!["k3", "k4"]),
            ("text behind", format!("{keyed} and so on"), Shape::Keyed, vec![]),
            ("no JSON", "hello".to_owned(), Shape::Keyed, vec![]),
            ("other JSON", r#"{"a":1,"b":{"c":2}}"#.to_owned(), Shape::Keyed, vec![]),
        ];
        for (name, text, shape, ids) in cases {
            let (found, rows) = rows_in(&text);
            assert_eq!(found, shape, "{name}");
            assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ids, "{name}");
        }
    }
}
