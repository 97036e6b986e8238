//! Rules as canonical JSON: part of every row key, and the text that providers without a model work from.
//!
//! A change of a byte makes the cached answers of every user unreachable.

use super::constraint::Constraint;
use super::rule::{OutputColumn, Rule};
use super::value_type::ValueType;
use rowsmith_plugin_api::row::ColumnType;
use serde_json::{Map, Value, json};

/// Returns the rules of all columns as one JSON object, in order.
pub fn rules_json(outputs: &[OutputColumn]) -> String {
    object(outputs.iter().map(|output| (&output.name, &output.rule))).to_string()
}

fn object<'a>(rules: impl Iterator<Item = (&'a String, &'a Rule)>) -> Value {
    Value::Object(rules.map(|(name, rule)| (name.clone(), rule_json(rule))).collect())
}

fn rule_json(rule: &Rule) -> Value {
    let name = rule.value_type.name();
    let mut json = Map::new();
    json.insert("type".to_owned(), json!(name.as_str()));
    let mut entries: Vec<_> = rule.constraints.iter().map(|constraint| entry(constraint, name)).collect();
    entries.sort_by_key(|(position, ..)| *position);
    json.extend(entries.into_iter().map(|(_, key, value)| (key.to_owned(), value)));
    match &rule.value_type {
        ValueType::String | ValueType::Integer | ValueType::Number | ValueType::Boolean => {}
        ValueType::Array { items } => json.extend(items.as_ref().map(|rule| ("items".to_owned(), rule_json(rule)))),
        ValueType::Object { properties } if properties.is_empty() => {}
        ValueType::Object { properties } => {
            json.insert("properties".to_owned(), object(properties.iter().map(|(name, rule)| (name, rule))));
        }
    }
    if rule.optional {
        json.insert("optional".to_owned(), json!(true));
    }
    if !rule.description.is_empty() {
        json.insert("description".to_owned(), json!(rule.description));
    }
    Value::Object(json)
}

/// Returns position, key and value of a constraint. Positions never change; a new constraint gets the next one.
fn entry(constraint: &Constraint, name: ColumnType) -> (u8, &'static str, Value) {
    let of_array = name == ColumnType::Array;
    match constraint {
        Constraint::Enum(values) => (0, "enum", json!(values)),
        Constraint::Min(min) => (1, "min", json!(min)),
        Constraint::Max(max) => (2, "max", json!(max)),
        Constraint::MinLength(min) => (3, if of_array { "min_items" } else { "min_length" }, json!(min)),
        Constraint::MaxLength(max) => (4, if of_array { "max_items" } else { "max_length" }, json!(max)),
        Constraint::MaxWords(max) => (5, "max_words", json!(max)),
        Constraint::Pattern(pattern) => (6, "pattern", json!(pattern.as_str())),
    }
}
