//! Values in words.

use serde_json::Value;

/// Maximum characters of a shortened text.
const MAX_CHARS: usize = 80;

/// Returns the JSON type of a value.
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns the values as `one of 1, 2, 3`.
pub fn one_of(values: &[Value]) -> String {
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    format!("one of {}", values.join(", "))
}

/// Returns at most 80 characters of a text, with an ellipsis when it is longer.
pub fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
