//! Checks at compile time that a default matches the schema of its field.

use super::fields::same;
use super::shape::Schema;

/// Returns whether JSON text is a value of the schema, as far as its kind, the bounds of integers and the names of an
/// enum tell. Items of lists and members of tables are not checked.
pub(super) const fn fits(schema: &Schema, json: &str) -> bool {
    let text = json.as_bytes();
    match schema {
        Schema::Any => true,
        Schema::Boolean => same(text, b"true") || same(text, b"false"),
        Schema::Integer { minimum, maximum } => match integer(text) {
            Some(value) => within(value, *minimum, *maximum),
            None => false,
        },
        Schema::Number => starts_with_number(text),
        Schema::String { .. } => starts_with(text, b'"'),
        Schema::Enum(names) => is_name(names, text),
        Schema::Array(_) => starts_with(text, b'['),
        Schema::Map(_) | Schema::Object(_) => starts_with(text, b'{'),
        Schema::OneOf(choices) => fits_any(choices, json),
    }
}

const fn fits_any(choices: &[Schema], json: &str) -> bool {
    let mut at = 0;
    while at < choices.len() {
        if fits(&choices[at], json) {
            return true;
        }
        at += 1;
    }
    false
}

const fn starts_with(text: &[u8], byte: u8) -> bool {
    matches!(text.first(), Some(first) if *first == byte)
}

const fn starts_with_number(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'-' | b'0'..=b'9'))
}

const fn integer(text: &[u8]) -> Option<i128> {
    let negative = starts_with(text, b'-');
    let mut value: i128 = 0;
    let mut at = if negative { 1 } else { 0 };
    if at == text.len() || text.len() > 30 {
        return None;
    }
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            return None;
        }
        value = value * 10 + (text[at] - b'0') as i128;
        at += 1;
    }
    Some(if negative { -value } else { value })
}

const fn within(value: i128, minimum: Option<i64>, maximum: Option<i64>) -> bool {
    let high_enough = match minimum {
        Some(minimum) => value >= minimum as i128,
        None => true,
    };
    let low_enough = match maximum {
        Some(maximum) => value <= maximum as i128,
        None => true,
    };
    high_enough && low_enough
}

/// Names of an enum are compared as they are written; a name with an escape in JSON does not match.
const fn is_name(names: &[&str], text: &[u8]) -> bool {
    let [b'"', name @ .., b'"'] = text else { return false };
    let mut at = 0;
    while at < names.len() {
        if same(names[at].as_bytes(), name) {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_checked_against_kind_bounds_and_names() {
        const BOUNDED: Schema = Schema::Integer { minimum: Some(-1), maximum: Some(20) };
        const NAMES: Schema = Schema::Enum(&["one", "two"]);
        const TEXT: Schema = Schema::String { format: None };
        for (schema, json, expected) in [
            (Schema::Any, "null", true),
            (Schema::Boolean, "true", true),
            (Schema::Boolean, "\"true\"", false),
            (BOUNDED, "20", true),
            (BOUNDED, "-1", true),
            (BOUNDED, "21", false),
            (BOUNDED, "-2", false),
            (BOUNDED, "1.0", false),
            (BOUNDED, "-", false),
            (BOUNDED, "\"1\"", false),
            (Schema::Number, "0.5", true),
            (Schema::Number, "-1", true),
            (Schema::Number, "true", false),
            (TEXT, "\"\"", true),
            (TEXT, "1", false),
            (NAMES, "\"two\"", true),
            (NAMES, "\"three\"", false),
            (NAMES, "\"", false),
            (Schema::Array(&TEXT), "[]", true),
            (Schema::Array(&TEXT), "{}", false),
            (Schema::Map(&TEXT), "{}", true),
            (Schema::OneOf(&[TEXT, BOUNDED]), "3", true),
            (Schema::OneOf(&[TEXT, BOUNDED]), "true", false),
        ] {
            assert_eq!(fits(&schema, json), expected, "{schema:?} {json}");
        }
    }
}
