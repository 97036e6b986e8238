//! Estimates the size of answers, for the output limit of a call.

use super::constraint::Constraint;
use super::rule::Rule;
use super::value_type::ValueType;
use serde_json::Value;

/// Tokens of a string without a limit.
const STRING_TOKENS: u32 = 400;
/// Tokens of an array's item without a rule.
const ITEM_TOKENS: u32 = 24;
/// Items of an array without a limit.
const ITEMS: usize = 12;
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
    max_tokens(rule) + FIELD_TOKENS
}

/// Returns the maximum tokens that a value should need.
fn max_tokens(rule: &Rule) -> u32 {
    let limits = size_limits(rule);
    if let Some(tokens) = limits.longest_value {
        return tokens;
    }
    match &rule.value_type {
        ValueType::String => match (limits.words, limits.length) {
            (Some(words), _) => words.saturating_mul(3),
            (None, Some(chars)) => bounded(chars).div_ceil(2),
            (None, None) => STRING_TOKENS,
        },
        ValueType::Integer | ValueType::Number => 12,
        ValueType::Boolean => 4,
        ValueType::Array { items } => {
            let item = items.as_ref().map_or(ITEM_TOKENS, |items| max_tokens(items));
            item.saturating_mul(bounded(limits.length.unwrap_or(ITEMS)))
        }
        ValueType::Object { properties } => properties.iter().map(|(_, rule)| field_tokens(rule)).sum(),
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
