//! The value of one output column, by the type of its rule.

use crate::classify::nearest;
use crate::number::{all_numbers, number};
use crate::phrases::phrases;
use crate::reading::Reading;
use crate::rules::{Kind, Rule, Rules};
use crate::shorten::Limits;
use crate::summary::{fit, summary};
use rowsmith_plugin_api::prelude::Value;
use rowsmith_plugin_api::prelude::serde_json::Map;

/// How many items a list has when the rule does not say.
const DEFAULT_ITEMS: usize = 5;

/// A list is not filled up further than this, whatever a rule asks for.
const MAX_ITEMS: usize = 1000;

/// A statement holds when at least one in this many of its words is in the row.
const NEEDED_SHARE: usize = 3;

/// The values of all rules, by name.
pub(crate) fn object(rules: &Rules, reading: &Reading<'_>) -> Map<String, Value> {
    rules.0.iter().map(|(name, rule)| (name.clone(), value(rule, reading))).collect()
}

fn value(rule: &Rule, reading: &Reading<'_>) -> Value {
    if let Some(values) = &rule.values {
        return choice(rule, values, reading);
    }
    match rule.kind {
        Kind::String => string(rule, reading),
        Kind::Integer => number(rule, reading, true).unwrap_or_default(),
        Kind::Number => number(rule, reading, false).unwrap_or_default(),
        Kind::Boolean => Value::Bool(holds(rule, reading)),
        Kind::Array => Value::Array(array(rule, reading)),
        Kind::Object => Value::Object(object(&rule.properties, reading)),
    }
}

fn choice(rule: &Rule, values: &[Value], reading: &Reading<'_>) -> Value {
    let (place, score) = nearest(&rule.profiles, reading);
    if rule.optional && score == 0.0 {
        return Value::Null;
    }
    values.get(place).cloned().unwrap_or_default()
}

fn string(rule: &Rule, reading: &Reading<'_>) -> Value {
    let text = summary(rule, reading);
    if text.is_empty() && rule.optional { Value::Null } else { Value::String(text) }
}

/// Whether enough of the rule's words are in the row.
fn holds(rule: &Rule, reading: &Reading<'_>) -> bool {
    let hits = rule.about.iter().filter(|stem| reading.count(**stem) > 0).count();
    hits > 0 && hits * NEEDED_SHARE >= rule.about.len()
}

fn array(rule: &Rule, reading: &Reading<'_>) -> Vec<Value> {
    let least = rule.min_items.unwrap_or(0).min(MAX_ITEMS);
    let most = rule.max_items.unwrap_or(DEFAULT_ITEMS.max(least));
    let any = Rule::default();
    let items = rule.items.as_deref().unwrap_or(&any);
    let mut array = match (&items.values, items.kind) {
        (Some(values), _) => matching(items, values, reading),
        (None, Kind::String) => strings(items, reading, most.min(MAX_ITEMS)),
        (None, Kind::Integer) => all_numbers(items, reading, true),
        (None, Kind::Number) => all_numbers(items, reading, false),
        (None, Kind::Boolean | Kind::Array | Kind::Object) => vec![value(items, reading)],
    };
    array.truncate(most);
    // A list that must be longer than the row has things to say repeats itself.
    let fill = if array.len() < least { vec![value(items, reading)] } else { Vec::new() };
    let missing = least - array.len().min(least);
    array.extend(fill.iter().cycle().take(missing).cloned());
    array
}

fn matching(items: &Rule, values: &[Value], reading: &Reading<'_>) -> Vec<Value> {
    let scored = values.iter().zip(&items.profiles).filter(|(_, profile)| profile.score(reading) > 0.0);
    scored.map(|(value, _)| value.clone()).collect()
}

fn strings(items: &Rule, reading: &Reading<'_>, most: usize) -> Vec<Value> {
    let limits = Limits { words: items.max_words.unwrap_or(usize::MAX), chars: items.max_length.unwrap_or(usize::MAX) };
    let least = items.min_length.unwrap_or(0);
    let mut texts: Vec<String> = Vec::new();
    for text in phrases(reading, most).iter().map(|phrase| fit(phrase, limits)) {
        if text.chars().count() >= least && !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.into_iter().map(Value::String).collect()
}
