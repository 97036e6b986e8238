//! Limits of a schema, and types and limits in words.

use rowsmith_plugin_api::duration::{self, parse_duration};
use serde_json::Value;

use super::ProblemKind;

/// The notation of durations, in words.
const DURATION: &str = "a duration such as `\"30s\"` or `\"1m 30s\"`";

/// Returns the limits of `schema` that `value` violates. Limits of other types do not apply.
pub(super) fn violations(value: &Value, schema: &Value) -> Vec<ProblemKind> {
    let mut problems = Vec::new();
    let mut out_of_range = |rule: String| problems.push(ProblemKind::OutOfRange { rule });
    if let Some(number) = value.as_f64() {
        let limit = |name: &str| Some((schema.get(name)?, schema.get(name)?.as_f64()?));
        if let Some((shown, _)) = limit("minimum").filter(|(_, limit)| number < *limit) {
            out_of_range(format!("be at least {shown}"));
        }
        if let Some((shown, _)) = limit("maximum").filter(|(_, limit)| number > *limit) {
            out_of_range(format!("be at most {shown}"));
        }
        if let Some((shown, _)) = limit("exclusiveMinimum").filter(|(_, limit)| number <= *limit) {
            out_of_range(format!("be more than {shown}"));
        }
        if let Some((shown, _)) = limit("exclusiveMaximum").filter(|(_, limit)| number >= *limit) {
            out_of_range(format!("be less than {shown}"));
        }
    }
    if let (Value::String(text), true) = (value, is_duration(schema)) {
        return duration_violations(text, schema);
    }
    let (length, names, unit) = match value {
        Value::String(text) => (text.chars().count(), ["minLength", "maxLength"], "characters"),
        Value::Array(elements) => (elements.len(), ["minItems", "maxItems"], "elements"),
        _ => return problems,
    };
    let [min, max] =
        names.map(|name| schema.get(name).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok()));
    if let Some(exact) = min.filter(|_| min == max) {
        if length != exact {
            out_of_range(format!("have exactly {exact} {unit}, found {length}"));
        }
    } else if let Some(min) = min.filter(|min| length < *min) {
        out_of_range(if min == 1 { "not be empty".to_owned() } else { format!("have at least {min} {unit}") });
    }
    if let Some(max) = max.filter(|max| length > *max && min != Some(*max)) {
        out_of_range(format!("have at most {max} {unit}"));
    }
    if let (Value::String(text), Some(pattern)) = (value, schema.get("pattern").and_then(Value::as_str)) {
        match regex::Regex::new(pattern) {
            Ok(regex) if regex.is_match(text) => {}
            Ok(_) => out_of_range(format!("match the pattern `{pattern}`")),
            Err(_) => {
                let reason = format!("its pattern `{pattern}` is not a regular expression");
                problems.push(ProblemKind::BadSchema { reason });
            }
        }
    }
    problems
}

fn is_duration(schema: &Value) -> bool {
    schema.get("format").is_some_and(|format| format == duration::FORMAT)
}

fn duration_violations(text: &str, schema: &Value) -> Vec<ProblemKind> {
    let Some(value) = parse_duration(text) else {
        return vec![ProblemKind::OutOfRange { rule: format!("be {DURATION}") }];
    };
    let bound = |name: &str| {
        let text = schema.get(name)?.as_str()?;
        Some((text, parse_duration(text)?))
    };
    let too_short = bound("formatMinimum").filter(|(_, bound)| value < *bound);
    let too_long = bound("formatMaximum").filter(|(_, bound)| value > *bound);
    let rules = [
        too_short.map(|(text, _)| format!("be at least {text}")),
        too_long.map(|(text, _)| format!("be at most {text}")),
    ];
    rules.into_iter().flatten().map(|rule| ProblemKind::OutOfRange { rule }).collect()
}

/// Returns the types that `schema` allows, in the terms of TOML: `a string or an array`.
pub(super) fn types_in_words(schema: &Value) -> String {
    if is_duration(schema) {
        return DURATION.to_owned();
    }
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name.as_str()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // TOML has no null.
    let names: Vec<String> =
        names.into_iter().filter(|name| *name != "null").map(|name| in_words(name).to_owned()).collect();
    words(&names)
}

/// Returns the type of `value`, in the terms of TOML.
pub(super) fn type_in_words(value: &Value) -> String {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    in_words(name).to_owned()
}

fn in_words(name: &str) -> &str {
    match name {
        "string" => "a string",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "an array",
        "object" => "a table",
        "null" => "nothing",
        other => other,
    }
}

/// Returns the items as `a, b or c`.
pub(super) fn words(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
