//! Finds answers that are about another row of their call. Pure.
//!
//! Only the words that one row of the call has and no other are compared: an answer that shares several of them with another
//! row, and few or none with its own, is about the other one. Answers in own words share none with any row, and are accepted.

use crate::rules::{Constraint, OutputColumn, Rule, ValueType};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Minimum characters of a word; shorter ones are mostly grammar. Two characters of a script without spaces are a word.
const MIN_CHARS: usize = 4;
/// Compared characters of a word, so that its endings have little effect.
const STEM_CHARS: usize = 7;
/// Minimum words of another row in an answer.
const FOREIGN_WORDS: usize = 3;
/// Minimum words of another row in an answer that has none of its own row, if the answer of that row has none of its own either.
const EXCHANGED_WORDS: usize = 2;

/// Returns for each row whether its answer is about another row of the call. `answers` and `bodies` are JSON objects; a row
/// without a valid answer has none.
pub fn misplaced(outputs: &[OutputColumn], answers: &[Option<&str>], bodies: &[&str]) -> Vec<bool> {
    let none = vec![false; answers.len()];
    if bodies.len() < 2 || !outputs.iter().any(|output| is_free_text(&output.rule)) {
        return none;
    }
    let unique = unique_words(bodies);
    let shared: Vec<Vec<usize>> = answers
        .iter()
        .map(|answer| counts(answer.map(|answer| answer_words(outputs, answer)), &unique, bodies.len()))
        .collect();
    let own = |row: usize| shared.get(row).and_then(|counts| counts.get(row)).copied().unwrap_or_default();
    let is_misplaced = |row: usize, counts: &[usize]| {
        let others = counts.iter().enumerate().filter(|(other, _)| *other != row);
        // The first one of equal counts.
        let Some((other, words)) = others.rev().max_by_key(|(_, words)| **words) else { return false };
        let exchanged = own(row) == 0 && own(other) == 0 && answers.get(other).is_some_and(Option::is_some);
        (*words >= FOREIGN_WORDS && *words >= 3 * own(row)) || (exchanged && *words >= EXCHANGED_WORDS)
    };
    shared.iter().enumerate().map(|(row, counts)| is_misplaced(row, counts)).collect()
}

/// Returns whether a column holds text in the model's own words.
pub(super) fn is_free_text(rule: &Rule) -> bool {
    let listed = rule.constraints.iter().any(|constraint| matches!(constraint, Constraint::Enum(_)));
    match &rule.value_type {
        ValueType::String => !listed,
        ValueType::Array { items } => items.as_ref().is_none_or(|items| is_free_text(items)),
        ValueType::Object { properties } => properties.iter().any(|(_, rule)| is_free_text(rule)),
        ValueType::Integer | ValueType::Number | ValueType::Boolean => false,
    }
}

/// Returns the words that occur in one row only, with its index.
fn unique_words(bodies: &[&str]) -> HashMap<String, usize> {
    let mut rows: HashMap<String, Option<usize>> = HashMap::new();
    for (row, body) in bodies.iter().enumerate() {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let mut words = HashSet::new();
        body.as_object().into_iter().flatten().for_each(|(_, value)| add_words(value, &mut words));
        for word in words {
            rows.entry(word).and_modify(|row| *row = None).or_insert(Some(row));
        }
    }
    rows.into_iter().filter_map(|(word, row)| Some((word, row?))).collect()
}

fn answer_words(outputs: &[OutputColumn], answer: &str) -> HashSet<String> {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let mut words = HashSet::new();
    for output in outputs.iter().filter(|output| is_free_text(&output.rule)) {
        answer.get(&output.name).into_iter().for_each(|value| add_words(value, &mut words));
    }
    words
}

/// Counts the unique words of each row in an answer.
fn counts(answer: Option<HashSet<String>>, unique: &HashMap<String, usize>, rows: usize) -> Vec<usize> {
    let mut counts = vec![0; rows];
    let found = answer.into_iter().flatten().filter_map(|word| unique.get(&word).copied());
    for row in found {
        if let Some(count) = counts.get_mut(row) {
            *count += 1;
        }
    }
    counts
}

fn add_words(value: &Value, words: &mut HashSet<String>) {
    match value {
        Value::String(text) => add_text(text, words),
        Value::Array(items) => items.iter().for_each(|item| add_words(item, words)),
        Value::Object(members) => members.values().for_each(|member| add_words(member, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn add_text(text: &str, words: &mut HashSet<String>) {
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let characters: Vec<char> = part.to_lowercase().chars().collect();
        for run in characters.chunk_by(|a, b| is_unspaced(*a) == is_unspaced(*b)) {
            if run.first().copied().is_some_and(is_unspaced) {
                words.extend(run.windows(2).map(|pair| pair.iter().collect()));
            } else if run.len() >= MIN_CHARS && !run.iter().all(char::is_ascii_digit) {
                words.insert(run.iter().take(STEM_CHARS).collect());
            }
        }
    }
}

/// Returns whether the script of a character puts no spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese. Korean
/// words are short and have many endings, so they are compared by pairs too.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
#[path = "content_check_tests.rs"]
mod tests;
