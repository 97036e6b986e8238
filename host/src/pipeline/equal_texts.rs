//! Finds the same text in many answers of a call: a row that gives instructions to the model can make it write one text for
//! all rows. Pure.
//!
//! Texts are compared without case and punctuation, and without the words that only their own row of the call has. Columns
//! with allowed values, patterns or other types than text are not compared.

use super::content_check::is_free_text;
use crate::rules::{Constraint, OutputColumn};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Minimum rows with the same text; two rows of a call are alike by chance.
const MIN_ROWS: usize = 3;
/// Minimum words of a text that remain without the words of its row.
const MIN_WORDS: usize = 3;
/// Different texts of a column that were confirmed after which the column is not compared any more.
const MAX_TEXTS: usize = 3;

/// Answers of a call with the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqualText {
    /// Key of the output column.
    pub column: String,
    /// The normalized text.
    pub text: String,
    /// The indexes of the rows in the call.
    pub rows: Vec<usize>,
}

/// Decides which equal texts are suspected; texts that rows got alone as well are not.
#[derive(Debug)]
pub struct EqualTexts {
    /// Minimum share of the answers of a call with the same text; 0 for no comparison.
    share: f64,
    /// Confirmed texts by column.
    confirmed: Mutex<HashMap<String, HashSet<String>>>,
}

impl EqualTexts {
    /// Creates the state of a run.
    pub fn new(share: f64) -> Self {
        Self { share, confirmed: Mutex::default() }
    }

    /// Records that rows that were asked alone got the same text.
    pub fn confirm(&self, column: &str, text: &str) {
        let mut confirmed = self.confirmed();
        let texts = confirmed.entry(column.to_owned()).or_default();
        if texts.len() < MAX_TEXTS {
            texts.insert(text.to_owned());
        }
    }

    /// Returns the largest group of suspected answers. `answers` and `bodies` are JSON objects; a row without a valid answer
    /// has none.
    pub fn find(&self, outputs: &[OutputColumn], answers: &[Option<&str>], bodies: &[&str]) -> Option<EqualText> {
        let valid = answers.iter().flatten().count();
        if self.share <= 0.0 || valid < MIN_ROWS {
            return None;
        }
        let parsed: Vec<Option<Value>> =
            answers.iter().map(|answer| serde_json::from_str(answer.as_ref()?).ok()).collect();
        let own = own_words(bodies);
        let groups = outputs.iter().filter(|output| is_compared(output)).filter_map(|output| {
            let value = |row: usize| parsed.get(row)?.as_ref()?.get(&output.name);
            let words: Vec<Option<Vec<String>>> = (0..answers.len()).map(|row| value(row).map(words)).collect();
            let whole = largest(words.iter().map(|words| Some(words.as_ref()?.join(" "))));
            let others = words.iter().zip(&own).map(|(words, own)| without(words.as_ref()?, own));
            let group = largest(others).into_iter().chain(whole).max_by_key(|(_, rows)| rows.len())?;
            Some(EqualText { column: output.name.clone(), text: group.0, rows: group.1 })
        });
        let group = groups.max_by_key(|group| group.rows.len())?;
        (self.is_many(group.rows.len(), valid) && !self.is_confirmed(&group)).then_some(group)
    }

    #[expect(clippy::cast_precision_loss, reason = "calls have few rows")]
    fn is_many(&self, rows: usize, valid: usize) -> bool {
        rows >= MIN_ROWS && rows as f64 >= self.share * valid as f64
    }

    /// Returns whether a text is accepted without a further check.
    pub fn is_confirmed(&self, group: &EqualText) -> bool {
        if self.share <= 0.0 {
            return true;
        }
        let confirmed = self.confirmed();
        confirmed.get(&group.column).is_some_and(|texts| texts.len() >= MAX_TEXTS || texts.contains(&group.text))
    }

    fn confirmed(&self) -> MutexGuard<'_, HashMap<String, HashSet<String>>> {
        self.confirmed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether two answers have nearly the same text in a column.
pub fn are_similar(column: &str, one: &str, other: &str) -> bool {
    let read = |answer: &str| serde_json::from_str::<Value>(answer).ok()?.get(column).map(words);
    let (Some(one), Some(other)) = (read(one), read(other)) else { return false };
    if one == other {
        return true;
    }
    let (one, other): (HashSet<String>, HashSet<String>) = (one.into_iter().collect(), other.into_iter().collect());
    one.intersection(&other).count() * 4 >= one.union(&other).count() * 3
}

fn is_compared(output: &OutputColumn) -> bool {
    let has_pattern = output.rule.constraints.iter().any(|constraint| matches!(constraint, Constraint::Pattern(_)));
    !has_pattern && is_free_text(&output.rule)
}

/// Returns the text that most rows have, with their indexes. The first one of equal counts.
fn largest(texts: impl Iterator<Item = Option<String>>) -> Option<(String, Vec<usize>)> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (row, text) in texts.enumerate() {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            groups.entry(text).or_default().push(row);
        }
    }
    groups.into_iter().max_by_key(|(_, rows)| (rows.len(), std::cmp::Reverse(rows.first().copied())))
}

/// Returns a text without the words that only its row has, if enough of it remains.
fn without(words: &[String], own: &HashSet<String>) -> Option<String> {
    let is_common = |word: &&String| !own.contains(*word);
    let common: Vec<&str> = words.iter().filter(is_common).map(String::as_str).collect();
    (common.len() >= MIN_WORDS).then(|| common.join(" "))
}

/// Returns the words of each row that no other row has.
fn own_words(bodies: &[&str]) -> Vec<HashSet<String>> {
    let rows: Vec<HashSet<String>> = bodies
        .iter()
        .map(|body| words(&serde_json::from_str(body).unwrap_or_default()).into_iter().collect())
        .collect();
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for word in rows.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let is_own = |word: &&String| counts.get(word) == Some(&1);
    rows.iter().map(|row| row.iter().filter(is_own).cloned().collect()).collect()
}

/// Returns the lower-case words of all texts of a value. A text without words is one word.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
            let words: Vec<String> = parts.map(str::to_lowercase).collect();
            if words.is_empty() { vec![text.trim().to_owned()] } else { words }
        }
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(members) => members.values().flat_map(words).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Rule, ValueType};
    use serde_json::json;

    fn output(name: &str, rule: Rule) -> OutputColumn {
        OutputColumn { name: name.to_owned(), column: name.to_uppercase(), rule }
    }

    /// Returns the rows with the same text, of a call whose rows have these values.
    fn found(texts: &EqualTexts, rule: Rule, values: &[Value]) -> Option<Vec<usize>> {
        let answers: Vec<String> = values.iter().map(|value| json!({"t": value}).to_string()).collect();
        let answers: Vec<Option<&str>> = answers.iter().map(|answer| Some(answer.as_str())).collect();
        let names = ["Mars", "Io", "Rhea", "Ceres", "Pluto"];
        let bodies: Vec<String> = names.iter().map(|name| json!({"name": name, "kind": "body"}).to_string()).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).take(values.len()).collect();
        texts.find(&[output("t", rule)], &answers, &bodies).map(|group| group.rows)
    }

    #[test]
    fn the_same_free_text_in_many_rows_is_suspected() {
        let text = || Rule::new(ValueType::String);
        let listed = text().with(Constraint::Enum(vec![json!("same")]));
        let same = json!("same");
        for (name, rule, values, expected) in [
            ("all", text(), vec![json!("Buy now!"), json!("buy NOW"), json!("Buy, now")], Some(vec![0, 1, 2])),
            (
                "half",
                text(),
                vec![json!("a"), same.clone(), json!("b"), same.clone(), same.clone()],
                Some(vec![1, 3, 4]),
            ),
            ("two rows", text(), vec![same.clone(), same.clone()], None),
            ("less", text(), vec![json!("a"), same.clone(), json!("b"), same.clone(), json!("c")], None),
            ("one row", text(), vec![same.clone()], None),
            ("signs", text(), vec![json!("?"); 3], Some(vec![0, 1, 2])),
            (
                "in lists",
                Rule::new(ValueType::Array { items: None }),
                vec![json!(["x", 1]), json!(["X"]), json!(["x"])],
                Some(vec![0, 1, 2]),
            ),
            ("enum", listed, vec![same; 3], None),
            ("bool", Rule::new(ValueType::Boolean), vec![json!(true); 3], None),
            ("number", Rule::new(ValueType::Number), vec![json!(1); 3], None),
            (
                "with the name of the row",
                text(),
                vec![json!("Mars: visit the shop"), json!("Io: visit the shop"), json!("Rhea: visit the shop")],
                Some(vec![0, 1, 2]),
            ),
            (
                "texts that differ",
                text(),
                vec![json!("fact 1 about Mars"), json!("fact 2 about Io"), json!("fact 3 about Rhea")],
                None,
            ),
            ("few other words", text(), vec![json!("about Mars"), json!("about Io"), json!("about Rhea")], None),
        ] {
            assert_eq!(found(&EqualTexts::new(0.5), rule, &values), expected, "{name}");
        }
        assert_eq!(found(&EqualTexts::new(0.0), text(), &[json!("x"), json!("x"), json!("x")]), None, "off");
    }

    #[test]
    fn confirmed_texts_are_not_suspected_again() {
        let texts = EqualTexts::new(0.5);
        let find = |word: &str| found(&texts, Rule::new(ValueType::String), &[json!(word), json!(word), json!(word)]);
        texts.confirm("t", "no information");
        assert_eq!((find("No information."), find("a")), (None, Some(vec![0, 1, 2])));
        texts.confirm("t", "b");
        texts.confirm("t", "c");
        assert_eq!(find("a"), None, "the column has equal texts");
    }

    #[test]
    fn answers_in_nearly_the_same_words_are_similar() {
        let similar =
            |one: &str, other: &str| are_similar("t", &json!({"t": one}).to_string(), &json!({"t": other}).to_string());
        assert!(similar("No information", "no information."));
        assert!(similar("There is no information about it", "There is no information on it about"));
        assert!(!similar("Buy now", "The red planet"));
    }
}
