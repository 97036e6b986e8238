//! Validates values. The host relies on this alone, whatever a service guarantees.

use super::constraint::Constraint;
use super::rule::Rule;
use super::value_type::ValueType;
use super::wording::{one_of, shorten, type_of};
use rowsmith_plugin_api::row::ColumnType;
use rowsmith_plugin_api::text::{is_visible, visible_length, word_count};
use serde_json::Value;
use std::fmt;

/// A value that a rule refuses. `Display` states it in words that a model can act on.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Path of the value, such as `tags[1]` or `place.city`.
    pub path: String,
    /// The reason.
    pub reason: ViolationReason,
}

/// The reason of a violation.
#[derive(Debug, Clone)]
pub enum ViolationReason {
    /// The value is null and not optional.
    Null,
    /// The key of an object is missing.
    Missing,
    /// The text is blank.
    Blank,
    /// The value has another type.
    Type {
        /// The type of the rule.
        expected: ColumnType,
        /// The JSON type of the value.
        found: &'static str,
    },
    /// The value violates a constraint.
    Constraint {
        /// The constraint.
        constraint: Constraint,
        /// The measured value, such as `13 words`.
        found: String,
    },
}

/// Returns the first violation of a rule by the value of that name.
pub fn violation(name: &str, rule: &Rule, value: &Value) -> Option<Violation> {
    first(rule, value).map(|violation| violation.inside(name))
}

fn first(rule: &Rule, value: &Value) -> Option<Violation> {
    if value.is_null() {
        return (!rule.optional).then(|| ViolationReason::Null.here());
    }
    let expected = rule.value_type.name();
    if !has_type(expected, value) {
        return Some(ViolationReason::Type { expected, found: type_of(value) }.here());
    }
    own_violation(rule, value).map(ViolationReason::here).or_else(|| inner_violation(&rule.value_type, value))
}

fn has_type(expected: ColumnType, value: &Value) -> bool {
    match expected {
        ColumnType::String => value.is_string(),
        ColumnType::Integer => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        ColumnType::Number => value.is_number(),
        ColumnType::Boolean => value.is_boolean(),
        ColumnType::Array => value.is_array(),
        ColumnType::Object => value.is_object(),
    }
}

fn own_violation(rule: &Rule, value: &Value) -> Option<ViolationReason> {
    let constraints = || rule.constraints.iter();
    let outside_enum = constraints().find(|constraint| matches!(constraint, Constraint::Enum(_)));
    let blank = value.as_str().is_some_and(|text| !is_visible(text)) && !rule.allows_blank();
    // The allowed values say more than "is empty", and "is empty" says more than the other constraints.
    outside_enum
        .and_then(|constraint| constraint_violation(constraint, value))
        .or_else(|| blank.then_some(ViolationReason::Blank))
        .or_else(|| constraints().find_map(|constraint| constraint_violation(constraint, value)))
}

fn constraint_violation(constraint: &Constraint, value: &Value) -> Option<ViolationReason> {
    let found = measured_violation(constraint, value)?;
    Some(ViolationReason::Constraint { constraint: constraint.clone(), found })
}

/// Returns the measured value if it violates the constraint.
fn measured_violation(constraint: &Constraint, value: &Value) -> Option<String> {
    match constraint {
        Constraint::Enum(values) => (!values.contains(value)).then(|| shorten(&value.to_string())),
        Constraint::MaxWords(max) => {
            let words = word_count(value.as_str()?);
            (words > max.get()).then(|| format!("{words} words"))
        }
        // Spaces and invisible characters do not make a text longer.
        Constraint::MinLength(min) => {
            let measured = value.as_str().map(|text| (visible_length(text), "characters")).or_else(|| length(value));
            measured.filter(|(length, _)| length < min).map(length_text)
        }
        Constraint::MaxLength(max) => length(value).filter(|(length, _)| length > max).map(length_text),
        Constraint::Min(min) => value.as_f64().filter(|number| number < min).map(|number| number.to_string()),
        Constraint::Max(max) => value.as_f64().filter(|number| number > max).map(|number| number.to_string()),
        Constraint::Pattern(pattern) => (!pattern.is_match(value.as_str()?)).then(String::new),
    }
}

/// Returns the length that length constraints apply to, with its unit.
fn length(value: &Value) -> Option<(usize, &'static str)> {
    match value {
        Value::String(text) => Some((text.chars().count(), "characters")),
        Value::Array(items) => Some((items.len(), "items")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn length_text((length, unit): (usize, &str)) -> String {
    format!("{length} {unit}")
}

fn inner_violation(value_type: &ValueType, value: &Value) -> Option<Violation> {
    match value_type {
        ValueType::String | ValueType::Integer | ValueType::Number | ValueType::Boolean => None,
        ValueType::Array { items } => {
            let rule = items.as_ref()?;
            let mut items = value.as_array()?.iter().enumerate();
            items.find_map(|(at, item)| Some(first(rule, item)?.inside(&format!("[{at}]"))))
        }
        ValueType::Object { properties } => properties.iter().find_map(|(key, rule)| {
            let violation = match value.get(key) {
                Some(value) => first(rule, value)?,
                None if rule.optional => return None,
                None => ViolationReason::Missing.here(),
            };
            Some(violation.inside(&format!(".{key}")))
        }),
    }
}

impl Violation {
    fn inside(mut self, parent: &str) -> Self {
        self.path.insert_str(0, parent);
        self
    }
}

impl ViolationReason {
    fn here(self) -> Violation {
        Violation { path: String::new(), reason: self }
    }

    /// Returns the violated rule in words, without the value, so that violations of one rule can be counted.
    pub fn rule_text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Missing => "missing".to_owned(),
            Self::Blank => "empty".to_owned(),
            Self::Type { expected, .. } => format!("not of type {}", expected.as_str()),
            Self::Constraint { constraint, .. } => match constraint {
                Constraint::Enum(values) => format!("not {}", one_of(values)),
                Constraint::MaxWords(max) => format!("more than {max} words"),
                Constraint::MinLength(min) => format!("shorter than {min}"),
                Constraint::MaxLength(max) => format!("longer than {max}"),
                Constraint::Min(min) => format!("less than {min}"),
                Constraint::Max(max) => format!("more than {max}"),
                Constraint::Pattern(pattern) => format!("not matching {}", pattern.as_str()),
            },
        }
    }

    /// Returns a stable name: the key of the constraint, or `null`, `missing`, `blank` or `type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Missing => "missing",
            Self::Blank => "blank",
            Self::Type { .. } => "type",
            Self::Constraint { constraint, .. } => constraint.key(),
        }
    }
}

/// Recordings hold these sentences as part of the requests that follow a rejected answer.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.path)?;
        match &self.reason {
            ViolationReason::Null => f.write_str("is null"),
            ViolationReason::Missing => f.write_str("is missing"),
            ViolationReason::Blank => f.write_str("is empty"),
            ViolationReason::Type { expected, found } => {
                write!(f, "must be of type {}, not {found}", expected.as_str())
            }
            ViolationReason::Constraint { constraint, found } => match constraint {
                Constraint::Enum(values) => write!(f, "must be {}, not {found}", one_of(values)),
                Constraint::MinLength(min) => write!(f, "has {found}, at least {min} are needed"),
                Constraint::MaxLength(max) => write!(f, "has {found}, at most {max} are allowed"),
                Constraint::MaxWords(max) => write!(f, "has {found}, at most {max} are allowed"),
                Constraint::Min(min) => write!(f, "is {found}, at least {min} is needed"),
                Constraint::Max(max) => write!(f, "is {found}, at most {max} is allowed"),
                Constraint::Pattern(pattern) => write!(f, "does not match the pattern {}", pattern.as_str()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::from_tables;
    use super::*;
    use serde_json::json;

    /// Returns path and reason of the violation.
    fn violation_of(rule: &Value, value: &Value) -> Option<(String, &'static str)> {
        let tables = json!({"x": rule});
        let outputs = from_tables(tables.as_object().unwrap()).unwrap();
        violation("x", &outputs[0].rule, value).map(|violation| (violation.path, violation.reason.name()))
    }

    #[test]
    fn the_first_violation_is_found_at_its_path() {
        let words = json!({"max_words": 2, "max_length": 9, "pattern": "^[a-z ]*$"});
        let level = json!({"enum": ["practice", "expert"], "min_length": 3});
        let tags = json!({"type": "array", "max_length": 2, "items": {"max_words": 1}});
        let place = json!({"type": "object", "properties": {"city": {}, "at": {"optional": true, "type": "number"}}});
        for (rule, value, expected) in [
            (&words, json!("a b"), None),
            (&words, json!("a b C d e f"), Some(("x", "max_words"))),
            (&words, json!("abcdefghiJ"), Some(("x", "max_length"))),
            (&words, json!("A"), Some(("x", "pattern"))),
            (&json!({"max_words": 2}), json!("a\u{200b}b\u{2800}c"), Some(("x", "max_words"))),
            (&json!({"max_words": 2}), json!("a\u{3164}b\u{ffa0}c"), Some(("x", "max_words"))),
            (&json!({"max_words": 2}), json!("a \u{200d} \u{2060} b\u{ad}b"), None),
            (&json!({"min_length": 3}), json!("a\u{200b}\u{200b}\u{ad}b"), Some(("x", "min_length"))),
            (&json!({"min_length": 3}), json!("  a    "), Some(("x", "min_length"))),
            (&json!({"min_length": 3}), json!("a b"), None),
            (&json!({"max_length": 3}), json!("a\u{200b}\u{200b}b"), Some(("x", "max_length"))),
            (&json!({}), json!("\u{3164}\u{2800}"), Some(("x", "blank"))),
            (&json!({}), json!("\u{200b}\u{feff}\u{ad}\u{e0041}\u{fe0f}"), Some(("x", "blank"))),
            (&json!({}), json!("\u{301}"), Some(("x", "blank"))),
            (&json!({"type": "array", "items": {}}), json!(["a", "\u{2060}"]), Some(("x[1]", "blank"))),
            (&words, json!(" \n"), Some(("x", "blank"))),
            (&words, json!(null), Some(("x", "null"))),
            (&words, json!(1), Some(("x", "type"))),
            (&json!({"min_length": 0}), json!(""), None),
            (&json!({"optional": true}), json!(null), None),
            (&level, json!("Expert"), Some(("x", "enum"))),
            (&level, json!(""), Some(("x", "enum"))),
            (&json!({"type": "integer"}), json!(4.0), None),
            (&json!({"type": "integer"}), json!(4.5), Some(("x", "type"))),
            (&tags, json!(["a", "b"]), None),
            (&tags, json!(["a", "b", "c"]), Some(("x", "max_length"))),
            (&tags, json!(["a", "b c"]), Some(("x[1]", "max_words"))),
            (&place, json!({"city": "Ulm", "more": 1}), None),
            (&place, json!({}), Some(("x.city", "missing"))),
            (&place, json!({"city": "Ulm", "at": "north"}), Some(("x.at", "type"))),
        ] {
            let expected = expected.map(|(path, reason)| (path.to_owned(), reason));
            assert_eq!(violation_of(rule, &value), expected, "{value} for {rule}");
        }
    }
}
