//! Estimates the size of answers, for the output limit of a call.

use super::constraint::Constraint;
use super::rule::Rule;
use super::value_type::ValueType;
use serde_json::Value;

/// Tokens of a string without a limit.
const STRING_TOKENS: u32 = 400;
/// Tokens of a string without a limit inside an array or an object.
const INNER_STRING_TOKENS: u32 = 40;
/// Tokens of an array's item without a rule.
const ITEM_TOKENS: u32 = 24;
/// Items of an array without a limit.
const ITEMS: u32 = 12;
/// Maximum tokens of an array without a limit. An answer that needs more is cut off, and asked again with a larger cap.
const ARRAY_TOKENS: u32 = 600;
/// Tokens around a value of an object: key, quotes, comma.
const FIELD_TOKENS: u32 = 8;

/// The constraints that limit the size of a value.
#[derive(Default)]
struct SizeLimits {
    longest_value: Option<u32>,
    words: Option<u32>,
    length: Option<usize>,
}

/// Returns the maximum tokens that a value with its key should need.
pub fn field_tokens(rule: &Rule) -> u32 {
    max_tokens(rule, STRING_TOKENS).saturating_add(FIELD_TOKENS)
}

/// Returns whether the rule bounds the size of a value.
pub fn is_bounded(rule: &Rule) -> bool {
    let SizeLimits { longest_value, words, length } = size_limits(rule);
    if longest_value.is_some() {
        return true;
    }
    match &rule.value_type {
        ValueType::String => words.is_some() || length.is_some(),
        ValueType::Integer | ValueType::Number | ValueType::Boolean => true,
        ValueType::Array { .. } => length.is_some(),
        ValueType::Object { properties } => properties.iter().all(|(_, rule)| is_bounded(rule)),
    }
}

/// Returns the maximum tokens that a value should need. `string` is the estimate for a string without a limit.
fn max_tokens(rule: &Rule, string: u32) -> u32 {
    let limits = size_limits(rule);
    if let Some(tokens) = limits.longest_value {
        return tokens;
    }
    match &rule.value_type {
        ValueType::String => match (limits.words, limits.length) {
            (Some(words), _) => words.saturating_mul(3),
            (None, Some(chars)) => bounded(chars).div_ceil(2),
            (None, None) => string,
        },
        ValueType::Integer | ValueType::Number => 12,
        ValueType::Boolean => 4,
        ValueType::Array { items } => {
            let item = items.as_ref().map_or(ITEM_TOKENS, |items| max_tokens(items, INNER_STRING_TOKENS));
            match limits.length {
                Some(length) => item.saturating_mul(bounded(length)),
                None => item.saturating_mul(ITEMS).min(ARRAY_TOKENS.max(item)),
            }
        }
        ValueType::Object { properties } => {
            let inner = |(_, rule): &(String, Rule)| {
                max_tokens(rule, INNER_STRING_TOKENS.min(string)).saturating_add(FIELD_TOKENS)
            };
            properties.iter().map(inner).fold(0, u32::saturating_add)
        }
    }
}

fn size_limits(rule: &Rule) -> SizeLimits {
    let mut limits = SizeLimits::default();
    for constraint in &rule.constraints {
        match constraint {
            Constraint::Enum(values) => limits.longest_value = values.iter().map(value_tokens).max(),
            Constraint::MaxWords(max) => limits.words = Some(bounded(max.get())),
            Constraint::MaxLength(max) => limits.length = Some(*max),
            Constraint::MinLength(_) | Constraint::Min(_) | Constraint::Max(_) | Constraint::Pattern(_) => {}
        }
    }
    limits
}

fn value_tokens(value: &Value) -> u32 {
    bounded(value.to_string().len())
}

/// Converts a count so that the sums of a rule do not overflow.
fn bounded(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX / 64)
}

#[cfg(test)]
mod tests {
    use super::super::from_tables;
    use super::*;
    use serde_json::json;

    #[test]
    fn every_rule_has_a_sane_estimate() {
        let place = json!({"type": "object", "properties": {"a": {}, "b": {"max_words": 5}}});
        for (rule, tokens, bounded) in [
            (json!({"type": "string"}), 400, false),
            (json!({"max_words": 12}), 36, true),
            (json!({"max_length": 80}), 40, true),
            (json!({"enum": ["a", "bcd"]}), 5, true),
            (json!({"type": "integer"}), 12, true),
            (json!({"type": "array"}), 288, false),
            (json!({"type": "array", "items": {}}), 480, false),
            (json!({"type": "array", "items": place}), 600, false),
            (json!({"type": "array", "items": {"max_length": 4000}}), 2_000, false),
            (json!({"type": "array", "max_length": 3, "items": {}}), 120, true),
            (place, 40 + 15 + 16, false),
        ] {
            let tables = json!({"x": rule});
            let rule = &from_tables(tables.as_object().unwrap()).unwrap()[0].rule;
            assert_eq!((max_tokens(rule, STRING_TOKENS), is_bounded(rule)), (tokens, bounded), "{tables}");
        }
    }
}
