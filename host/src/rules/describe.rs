//! Rules in words, for the prompt and for schemas that cannot carry them.

use super::check::one_of;
use super::rule::{Rule, ValueType};

/// The limits of a rule in words: "at most 12 words"; empty when it has none.
pub fn limits(rule: &Rule) -> String {
    let mut parts = Vec::new();
    let unit = if rule.value_type == ValueType::Array { "items" } else { "characters" };
    if let Some(n) = rule.max_words {
        parts.push(format!("at most {n} words"));
    }
    if let Some(n) = rule.min_length {
        parts.push(format!("at least {n} {unit}"));
    }
    if let Some(n) = rule.max_length {
        parts.push(format!("at most {n} {unit}"));
    }
    if let Some(n) = rule.min {
        parts.push(format!("at least {n}"));
    }
    if let Some(n) = rule.max {
        parts.push(format!("at most {n}"));
    }
    if let Some(pattern) = &rule.pattern {
        parts.push(format!("matching the regular expression {}", pattern.as_str()));
    }
    parts.join(", ")
}

/// The whole rule in one line.
pub fn line(rule: &Rule) -> String {
    let mut parts = vec![rule.value_type.as_str().to_owned()];
    if !rule.allowed.is_empty() {
        parts.push(one_of(&rule.allowed));
    }
    let limits = limits(rule);
    if !limits.is_empty() {
        parts.push(limits);
    }
    if let Some(items) = &rule.items {
        parts.push(format!("each item: {}", line(items)));
    }
    if !rule.properties.is_empty() {
        let inner: Vec<_> = rule.properties.iter().map(|(name, rule)| format!("\"{name}\" ({})", line(rule))).collect();
        parts.push(format!("with {}", inner.join(", ")));
    }
    if rule.optional {
        parts.push("null when there is nothing to say".to_owned());
    }
    let mut text = parts.join("; ");
    if !rule.description.is_empty() {
        text.push_str(": ");
        text.push_str(&rule.description);
    }
    text
}

/// The description of a rule in a schema: its own words, then the limits that a schema does not carry.
pub fn schema_description(rule: &Rule) -> String {
    let limits = limits(rule);
    match (rule.description.is_empty(), limits.is_empty()) {
        (_, true) => rule.description.clone(),
        (true, false) => limits,
        (false, false) => format!("{} ({limits})", rule.description),
    }
}
