//! The value of one output column, by the type of its rule.

use crate::classify::nearest;
use crate::number::{all_numbers, number};
use crate::phrases::phrases;
use crate::reading::Reading;
use crate::rules::{Rule, Rules};
use crate::shorten::Limits;
use crate::summary::{fit, summary};
use rowsmith_plugin_api::prelude::ColumnType;
use rowsmith_plugin_api::prelude::Value;
use rowsmith_plugin_api::prelude::serde_json::Map;

/// Items of a list without a limit in the rule.
const DEFAULT_ITEMS: usize = 5;

/// Maximum items that a list is filled up to.
const MAX_ITEMS: usize = 1000;

/// A statement is true when at least one in this many of its words is in the row.
const NEEDED_SHARE: usize = 3;

/// Returns the values of all rules, by name.
pub(crate) fn object(rules: &Rules, reading: &Reading<'_>) -> Map<String, Value> {
    rules.0.iter().map(|(name, rule)| (name.clone(), value(rule, reading))).collect()
}

fn value(rule: &Rule, reading: &Reading<'_>) -> Value {
    if let Some(values) = &rule.values {
        return choice(rule, values, reading);
    }
    match rule.kind {
        ColumnType::String => string(rule, reading),
        ColumnType::Integer => number(rule, reading, true).unwrap_or_default(),
        ColumnType::Number => number(rule, reading, false).unwrap_or_default(),
        ColumnType::Boolean => Value::Bool(is_true(rule, reading)),
        ColumnType::Array => Value::Array(array(rule, reading)),
        ColumnType::Object => Value::Object(object(&rule.properties, reading)),
    }
}

fn choice(rule: &Rule, values: &[Value], reading: &Reading<'_>) -> Value {
    let (index, score) = nearest(&rule.profiles, reading);
    if rule.optional && score == 0.0 {
        return Value::Null;
    }
    values.get(index).cloned().unwrap_or_default()
}

fn string(rule: &Rule, reading: &Reading<'_>) -> Value {
    let text = summary(rule, reading);
    if text.is_empty() && rule.optional { Value::Null } else { Value::String(text) }
}

/// Returns whether enough of the rule's words are in the row.
fn is_true(rule: &Rule, reading: &Reading<'_>) -> bool {
    let hits = rule.about.iter().filter(|stem| reading.count(**stem) > 0).count();
    hits > 0 && hits * NEEDED_SHARE >= rule.about.len()
}

fn array(rule: &Rule, reading: &Reading<'_>) -> Vec<Value> {
    let min_items = rule.min_items.unwrap_or(0).min(MAX_ITEMS);
    let max_items = rule.max_items.unwrap_or(DEFAULT_ITEMS.max(min_items));
    let any = Rule::default();
    let items = rule.items.as_deref().unwrap_or(&any);
    let mut array = match (&items.values, items.kind) {
        (Some(values), _) => matching(items, values, reading),
        (None, ColumnType::String) => strings(items, reading, max_items.min(MAX_ITEMS)),
        (None, ColumnType::Integer) => all_numbers(items, reading, true),
        (None, ColumnType::Number) => all_numbers(items, reading, false),
        (None, ColumnType::Boolean | ColumnType::Array | ColumnType::Object) => vec![value(items, reading)],
    };
    array.truncate(max_items);
    // A list with more required items than the row provides repeats one.
    let fill = if array.len() < min_items { vec![value(items, reading)] } else { Vec::new() };
    let missing = min_items - array.len().min(min_items);
    array.extend(fill.iter().cycle().take(missing).cloned());
    array
}

fn matching(items: &Rule, values: &[Value], reading: &Reading<'_>) -> Vec<Value> {
    let scored = values.iter().zip(&items.profiles).filter(|(_, profile)| profile.score(reading) > 0.0);
    scored.map(|(value, _)| value.clone()).collect()
}

fn strings(items: &Rule, reading: &Reading<'_>, max_items: usize) -> Vec<Value> {
    let limits = Limits { words: items.max_words.unwrap_or(usize::MAX), chars: items.max_length.unwrap_or(usize::MAX) };
    let min_chars = items.min_length.unwrap_or(0);
    let mut texts: Vec<String> = Vec::new();
    for text in phrases(reading, max_items).iter().map(|phrase| fit(phrase, limits)) {
        if text.chars().count() >= min_chars && !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.into_iter().map(Value::String).collect()
}
