//! Rules in words, for the prompt and for schemas without the keywords.
//!
//! The texts are part of prompts: a change of a byte invalidates recordings.

use super::constraint::Constraint;
use super::rule::Rule;
use super::value_type::ValueType;
use super::wording::one_of;
use rowsmith_plugin_api::row::ColumnType;

/// Returns the whole rule in one line.
pub fn line(rule: &Rule) -> String {
    let mut parts = vec![rule.value_type.name().as_str().to_owned()];
    parts.extend(rule.constraints.iter().filter_map(allowed_values));
    parts.extend(Some(limits(rule)).filter(|limits| !limits.is_empty()));
    match &rule.value_type {
        ValueType::String | ValueType::Integer | ValueType::Number | ValueType::Boolean => {}
        ValueType::Array { items } => parts.extend(items.as_ref().map(|items| format!("each item: {}", line(items)))),
        ValueType::Object { properties } if properties.is_empty() => {}
        ValueType::Object { properties } => {
            let inner: Vec<_> = properties.iter().map(|(name, rule)| format!("\"{name}\" ({})", line(rule))).collect();
            parts.push(format!("with {}", inner.join(", ")));
        }
    }
    if rule.optional {
        parts.push("null when there is nothing to say".to_owned());
    }
    let separator = if rule.description.is_empty() { "" } else { ": " };
    format!("{}{separator}{}", parts.join("; "), rule.description)
}

/// Returns the description of a rule in a schema: its own description, then the constraints without a keyword.
pub fn schema_description(rule: &Rule) -> String {
    let limits = limits(rule);
    match (rule.description.is_empty(), limits.is_empty()) {
        (_, true) => rule.description.clone(),
        (true, false) => limits,
        (false, false) => format!("{} ({limits})", rule.description),
    }
}

fn allowed_values(constraint: &Constraint) -> Option<String> {
    match constraint {
        Constraint::Enum(values) => Some(one_of(values)),
        Constraint::MaxWords(_)
        | Constraint::MinLength(_)
        | Constraint::MaxLength(_)
        | Constraint::Min(_)
        | Constraint::Max(_)
        | Constraint::Pattern(_) => None,
    }
}

/// Returns the constraints besides the allowed values: "at most 12 words, at least 3 characters".
fn limits(rule: &Rule) -> String {
    let unit = if rule.value_type.name() == ColumnType::Array { "items" } else { "characters" };
    rule.constraints.iter().filter_map(|constraint| limit(constraint, unit)).collect::<Vec<_>>().join(", ")
}

fn limit(constraint: &Constraint, unit: &str) -> Option<String> {
    match constraint {
        Constraint::Enum(_) => None,
        Constraint::MaxWords(max) => Some(format!("at most {max} words")),
        Constraint::MinLength(min) => Some(format!("at least {min} {unit}")),
        Constraint::MaxLength(max) => Some(format!("at most {max} {unit}")),
        Constraint::Min(min) => Some(format!("at least {min}")),
        Constraint::Max(max) => Some(format!("at most {max}")),
        Constraint::Pattern(pattern) => Some(format!("matching the regular expression {}", pattern.as_str())),
    }
}
