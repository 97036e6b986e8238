//! Judges values by their rules. Pure, and the only judge: what a service promised does not count here.

use super::rule::{Rule, ValueType};
use serde_json::Value;
use std::fmt::Write as _;

/// Says what is wrong with a value, in words that a model can act on; `None` when nothing is.
pub fn problem(name: &str, rule: &Rule, value: &Value) -> Option<String> {
    if value.is_null() {
        return (!rule.optional).then(|| format!("`{name}` is null"));
    }
    if !has_type(rule.value_type, value) {
        return Some(format!("`{name}` must be of type {}, not {}", rule.value_type.as_str(), type_name(value)));
    }
    if !rule.allowed.is_empty() && !rule.allowed.contains(value) {
        return Some(format!("`{name}` must be {}, not {}", one_of(&rule.allowed), shorten(&value.to_string())));
    }
    match value {
        Value::String(text) => text_problem(name, rule, text),
        Value::Number(number) => number_problem(name, rule, number.as_f64().unwrap_or(f64::NAN)),
        Value::Array(items) => array_problem(name, rule, items),
        Value::Object(map) => rule.properties.iter().find_map(|(key, rule)| {
            let inner = format!("{name}.{key}");
            match map.get(key) {
                Some(value) => problem(&inner, rule, value),
                None => (!rule.optional).then(|| format!("`{inner}` is missing")),
            }
        }),
        Value::Null | Value::Bool(_) => None,
    }
}

fn has_type(wanted: ValueType, value: &Value) -> bool {
    match wanted {
        ValueType::String => value.is_string(),
        ValueType::Integer => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        ValueType::Number => value.is_number(),
        ValueType::Boolean => value.is_boolean(),
        ValueType::Array => value.is_array(),
        ValueType::Object => value.is_object(),
    }
}

fn text_problem(name: &str, rule: &Rule, text: &str) -> Option<String> {
    if text.trim().is_empty() && rule.min_length != Some(0) {
        return Some(format!("`{name}` is empty"));
    }
    if let Some(most) = rule.max_words {
        let words = text.split_whitespace().count();
        if words > most {
            return Some(format!("`{name}` has {words} words, at most {most} are allowed"));
        }
    }
    if rule.min_length.is_some() || rule.max_length.is_some() {
        let length = text.chars().count();
        if let Some(problem) = length_problem(name, rule, length, "characters") {
            return Some(problem);
        }
    }
    let pattern = rule.pattern.as_ref()?;
    (!pattern.is_match(text)).then(|| format!("`{name}` does not match the pattern {}", pattern.as_str()))
}

fn length_problem(name: &str, rule: &Rule, length: usize, unit: &str) -> Option<String> {
    if rule.min_length.is_some_and(|least| length < least) {
        return Some(format!(
            "`{name}` has {length} {unit}, at least {} are needed",
            rule.min_length.unwrap_or_default()
        ));
    }
    let most = rule.max_length?;
    (length > most).then(|| format!("`{name}` has {length} {unit}, at most {most} are allowed"))
}

fn number_problem(name: &str, rule: &Rule, number: f64) -> Option<String> {
    if let Some(min) = rule.min.filter(|min| number < *min) {
        return Some(format!("`{name}` is {number}, at least {min} is needed"));
    }
    let max = rule.max.filter(|max| number > *max)?;
    Some(format!("`{name}` is {number}, at most {max} is allowed"))
}

fn array_problem(name: &str, rule: &Rule, items: &[Value]) -> Option<String> {
    if let Some(problem) = length_problem(name, rule, items.len(), "items") {
        return Some(problem);
    }
    let item_rule = rule.items.as_ref()?;
    items.iter().enumerate().find_map(|(at, item)| problem(&format!("{name}[{at}]"), item_rule, item))
}

/// The JSON type of a value.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The values of an enum in words.
pub fn one_of(values: &[Value]) -> String {
    let mut out = String::from("one of ");
    for (at, value) in values.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        write!(out, "{comma}{value}").unwrap_or_default();
    }
    out
}

/// The beginning of a text that may be long.
pub fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;
    use serde_json::json;

    fn rule(value_type: ValueType, change: impl FnOnce(&mut Rule)) -> Rule {
        let mut rule = Rule::of(value_type);
        change(&mut rule);
        rule
    }

    #[test]
    fn values_are_judged_by_every_part_of_their_rule() {
        use ValueType as T;
        let twelve = rule(T::String, |r| r.max_words = Some(12));
        let level = rule(T::String, |r| r.allowed = vec![json!("practice"), json!("expert")]);
        let stars = rule(T::Integer, |r| (r.min, r.max) = (Some(1.0), Some(5.0)));
        let code = rule(T::String, |r| r.pattern = Regex::new("^[A-Z]{2}$").ok());
        let tags = rule(T::Array, |r| {
            r.max_length = Some(2);
            r.items = Some(Box::new(Rule::of(T::String)));
        });
        let place = rule(T::Object, |r| {
            r.properties = vec![("city".to_owned(), Rule::of(T::String))];
        });
        let maybe = rule(T::String, |r| r.optional = true);
        let cases = [
            ("12 words", &twelve, json!("a b c d e f g h i j k l"), None),
            ("13 words", &twelve, json!("a b c d e f g h i j k l m"), Some("`x` has 13 words, at most 12 are allowed")),
            ("empty", &twelve, json!(""), Some("`x` is empty")),
            ("blank", &twelve, json!(" \n"), Some("`x` is empty")),
            ("null", &twelve, json!(null), Some("`x` is null")),
            ("null that may be", &maybe, json!(null), None),
            ("an enum's value", &level, json!("expert"), None),
            ("another case", &level, json!("Expert"), Some(r#"`x` must be one of "practice", "expert", not "Expert""#)),
            ("a whole number as float", &stars, json!(4.0), None),
            ("a fraction", &stars, json!(4.5), Some("`x` must be of type integer, not number")),
            ("too small", &stars, json!(0), Some("`x` is 0, at least 1 is needed")),
            ("a number as text", &stars, json!("4"), Some("`x` must be of type integer, not string")),
            ("a pattern", &code, json!("DE"), None),
            ("no match", &code, json!("DEU"), Some("`x` does not match the pattern ^[A-Z]{2}$")),
            ("items", &tags, json!(["a", 1]), Some("`x[1]` must be of type string, not number")),
            ("too many items", &tags, json!(["a", "b", "c"]), Some("`x` has 3 items, at most 2 are allowed")),
            ("properties", &place, json!({"city": "Ulm"}), None),
            ("a missing property", &place, json!({}), Some("`x.city` is missing")),
        ];
        for (name, rule, value, expected) in cases {
            assert_eq!(problem("x", rule, &value).as_deref(), expected, "{name}");
        }
    }
}
