//! Analysis of a row: its title, its context, its prose.

use crate::plain::Block;
use crate::sentence::{Sentence, sentences};
use crate::words::{Word, words};
use rowsmith_plugin_api::prelude::{Value, serde_json::Map};
use std::collections::HashMap;

/// Names of columns with the title of a row, best first.
const TITLES: [&str; 11] =
    ["topic", "title", "name", "label", "headline", "subject", "question", "product", "item", "term", "word"];

/// Names of columns with the context of a row, best first.
const CONTEXTS: [&str; 8] = ["category", "section", "group", "genre", "kind", "type", "subcategory", "topic"];

/// Minimum words of prose.
const MIN_PROSE_WORDS: usize = 5;

/// Maximum words of a title, unless the column has the name of one.
const MAX_TITLE_WORDS: usize = 10;

/// The columns of a row by their role.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) title: String,
    pub(crate) context: String,
    pub(crate) prose: String,
    /// All other columns.
    pub(crate) others: Vec<String>,
}

impl Fields {
    /// Assigns the columns of a row to roles.
    pub(crate) fn of_row(row: &Map<String, Value>) -> Self {
        let mut columns: Vec<(String, String)> =
            row.iter().map(|(name, value)| (name.to_lowercase(), text_of(value))).collect();
        columns.retain(|(_, text)| !text.trim().is_empty() && !is_addresses(text));

        let prose = (0..columns.len()).filter(|at| is_prose(&columns[*at].1)).max_by_key(|at| {
            // The first of the longest, so that the result does not depend on the order of equals.
            (columns[*at].1.len(), std::cmp::Reverse(*at))
        });
        let prose = prose.map(|at| columns.remove(at).1).unwrap_or_default();
        let title = take_named(&mut columns, &TITLES).or_else(|| take_short(&mut columns)).unwrap_or_default();
        let context = take_named(&mut columns, &CONTEXTS).or_else(|| take_short(&mut columns)).unwrap_or_default();
        Self { title, context, prose, others: columns.into_iter().map(|(_, text)| text).collect() }
    }
}

fn take_named(columns: &mut Vec<(String, String)>, names: &[&str]) -> Option<String> {
    let at = names.iter().find_map(|name| columns.iter().position(|(column, _)| column == name))?;
    Some(columns.remove(at).1.trim().to_owned())
}

fn take_short(columns: &mut Vec<(String, String)>) -> Option<String> {
    let at = columns.iter().position(|(_, text)| {
        text.chars().any(char::is_alphabetic) && text.split_whitespace().nth(MAX_TITLE_WORDS).is_none()
    })?;
    Some(columns.remove(at).1.trim().to_owned())
}

fn is_prose(text: &str) -> bool {
    text.split_whitespace().nth(MIN_PROSE_WORDS - 1).is_some()
}

/// Returns whether a text consists of web addresses only.
fn is_addresses(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || c == '|' || c == ',')
        .filter(|part| !part.is_empty())
        .all(|part| part.starts_with("http://") || part.starts_with("https://"))
}

/// Returns the text of a value; the texts of a list or object are joined.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => joined(items.iter()),
        Value::Object(members) => joined(members.values()),
    }
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let texts: Vec<_> = values.map(text_of).filter(|text| !text.is_empty()).collect();
    texts.join(", ")
}

/// A row, prepared for all columns of its answer.
#[derive(Debug)]
pub(crate) struct Reading<'t> {
    pub(crate) fields: &'t Fields,
    pub(crate) sentences: Vec<Sentence<'t>>,
    /// Stems of the title's content words.
    pub(crate) title_stems: Vec<u64>,
    /// Occurrences of each stem, stop words included.
    pub(crate) counts: HashMap<u64, u32>,
}

impl<'t> Reading<'t> {
    /// Analyzes a row; `blocks` are those of its prose.
    pub(crate) fn new(fields: &'t Fields, blocks: &'t [Block]) -> Self {
        let mut counts = HashMap::new();
        let short = [&fields.title, &fields.context].into_iter().chain(&fields.others).map(String::as_str);
        for word in short.chain(blocks.iter().map(|block| block.text.as_str())).flat_map(words) {
            *counts.entry(word.stem).or_insert(0) += 1;
        }
        Self {
            fields,
            sentences: sentences(blocks),
            title_stems: words(&fields.title)
                .filter(Word::is_content)
                .take(MAX_TITLE_WORDS)
                .map(|word| word.stem)
                .collect(),
            counts,
        }
    }

    /// Returns the occurrences of a stem.
    pub(crate) fn count(&self, stem: u64) -> u32 {
        self.counts.get(&stem).copied().unwrap_or(0)
    }

    /// Returns the row's texts, the longest first.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'t str> {
        let fields = self.fields;
        [&fields.prose, &fields.title, &fields.context].into_iter().chain(&fields.others).map(String::as_str)
    }

    /// Returns a label for a row without prose: "Topic (Category)".
    pub(crate) fn label(&self) -> String {
        match (self.fields.title.as_str(), self.fields.context.as_str()) {
            ("", "") => self.fields.others.first().cloned().unwrap_or_default(),
            ("", text) | (text, "") => text.to_owned(),
            (title, context) if title == context => title.to_owned(),
            (title, context) => format!("{title} ({context})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Reading};
    use rowsmith_plugin_api::prelude::json;

    #[test]
    fn columns_are_assigned_to_roles() {
        let prose = "A telescope with a mirror at the bottom of the tube.";
        let cases = [
            (
                "named",
                json!({"Category": "Optics", "Subcategory": "Mirrors", "Topic": "Reflectors", "Description": prose}),
                ("Reflectors", "Optics", prose),
            ),
            ("unnamed", json!({"a": "Reflectors", "b": "Optics", "c": prose}), ("Reflectors", "Optics", prose)),
            ("only prose", json!({"Topic": prose}), ("", "", prose)),
            ("addresses do not count", json!({"Links": "https://a.b|https://c.d", "x": "Moon"}), ("Moon", "", "")),
            ("nested", json!({"tags": ["red", null, 7]}), ("red, 7", "", "")),
            ("nothing", json!({"Topic": "", "n": null}), ("", "", "")),
        ];
        for (name, row, expected) in cases {
            let fields = Fields::of_row(row.as_object().expect("an object"));
            assert_eq!((fields.title.as_str(), fields.context.as_str(), fields.prose.as_str()), expected, "{name}");
        }
    }

    #[test]
    fn a_row_without_prose_has_a_label() {
        let cases = [
            (json!({"Topic": "Clubs", "Category": "Community"}), "Clubs (Community)"),
            (json!({"Topic": "Moon", "Category": "Moon"}), "Moon"),
            (json!({"price": 5}), "5"),
            (json!({}), ""),
        ];
        for (row, expected) in cases {
            let fields = Fields::of_row(row.as_object().expect("an object"));
            assert_eq!(Reading::new(&fields, &[]).label(), expected);
        }
    }
}
