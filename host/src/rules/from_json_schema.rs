//! Reads rules from a JSON Schema.

use super::contradictions::contradictions;
use super::raw_rule::RawConstraints;
use super::rule::{OutputColumn, Rule};
use super::value_type::{TypeName, ValueType};
use serde_json::{Map, Value};
use std::num::NonZeroUsize;

/// The supported keywords.
const KEYWORDS: [&str; 19] = [
    "type",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "items",
    "properties",
    "required",
    "description",
    "title",
    "additionalProperties",
    "x-column",
    "x-max-words",
    "default",
    "examples",
];

/// Reads a JSON Schema whose properties are the output columns.
///
/// # Errors
/// The first problem, with its path.
pub fn from_json_schema(schema: &Value) -> Result<Vec<OutputColumn>, String> {
    let properties = schema.get("properties").and_then(Value::as_object).filter(|p| !p.is_empty());
    let properties = properties.ok_or("the schema has no `properties`; each property is an output column")?;
    let required = required_of(schema);
    let column = |(name, property): (&String, &Value)| {
        let mut rule = rule(name, property)?;
        rule.optional |= is_optional(required.as_deref(), name);
        let column = property.get("x-column").and_then(Value::as_str).unwrap_or(name);
        Ok(OutputColumn { name: name.clone(), column: column.to_owned(), rule })
    };
    properties.iter().map(column).collect()
}

fn required_of(schema: &Value) -> Option<Vec<&str>> {
    Some(schema.get("required")?.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// Without a `required` list, all properties are required.
fn is_optional(required: Option<&[&str]>, name: &str) -> bool {
    required.is_some_and(|required| !required.contains(&name))
}

fn rule(path: &str, schema: &Value) -> Result<Rule, String> {
    let keywords = schema.as_object().ok_or_else(|| format!("`{path}` is not a schema"))?;
    if let Some(unknown) = keywords.keys().find(|key| !KEYWORDS.contains(&key.as_str())) {
        let known = KEYWORDS.join(", ");
        return Err(format!("`{path}`: unsupported keyword `{unknown}`; supported keywords: {known}"));
    }
    let (name, mut optional) = type_name(path, keywords)?;
    let (constraints, invalid) = constraints(path, keywords, &mut optional)?.into_constraints();
    let value_type = ValueType::new(name, items(path, keywords)?, properties(path, schema)?);
    let value_type = value_type.map_err(|reason| format!("`{path}`: {reason}"))?;
    let description = keywords.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let rule = Rule { value_type, constraints, optional, description };
    let invalid = invalid.into_iter().map(|(_, reason)| reason).chain(contradictions(&rule)).next();
    invalid.map_or(Ok(rule), |reason| Err(format!("`{path}`: {reason}")))
}

/// Reads the constraints. All fields are named, so that a new one needs its keyword here.
fn constraints(path: &str, keywords: &Map<String, Value>, optional: &mut bool) -> Result<RawConstraints, String> {
    let number = |key: &str| keywords.get(key).and_then(Value::as_f64);
    let count = |key: &str| keywords.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let mut allowed = keywords.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
    *optional |= allowed.contains(&Value::Null);
    allowed.retain(|value| !value.is_null());
    let max_words = count("x-max-words")
        .map(|max| NonZeroUsize::new(max).ok_or_else(|| format!("`{path}`: `x-max-words` is 0; the minimum is 1")));
    Ok(RawConstraints {
        allowed: Some(allowed).filter(|allowed| !allowed.is_empty()),
        min: number("minimum"),
        max: number("maximum"),
        min_length: count("minLength").or_else(|| count("minItems")),
        max_length: count("maxLength").or_else(|| count("maxItems")),
        max_words: max_words.transpose()?,
        pattern: keywords.get("pattern").and_then(Value::as_str).map(str::to_owned),
    })
}

fn type_name(path: &str, keywords: &Map<String, Value>) -> Result<(TypeName, bool), String> {
    let names: Vec<&str> = match keywords.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ if keywords.contains_key("enum") => vec!["string"],
        _ => return Err(format!("`{path}` has no `type`")),
    };
    let optional = names.contains(&"null");
    let mut types = names.into_iter().filter(|name| *name != "null");
    let (Some(name), None) = (types.next(), types.next()) else {
        return Err(format!("`{path}` must have one type besides null"));
    };
    let name = TypeName::parse(name).ok_or_else(|| format!("`{path}` has the unknown type `{name}`"))?;
    Ok((name, optional))
}

fn items(path: &str, keywords: &Map<String, Value>) -> Result<Option<Box<Rule>>, String> {
    let items = keywords.get("items").map(|items| rule(&format!("{path}[]"), items)).transpose()?;
    Ok(items.map(Box::new))
}

fn properties(path: &str, schema: &Value) -> Result<Vec<(String, Rule)>, String> {
    let required = required_of(schema);
    let property = |(name, property): (&String, &Value)| {
        let mut rule = rule(&format!("{path}.{name}"), property)?;
        rule.optional |= is_optional(required.as_deref(), name);
        Ok((name.clone(), rule))
    };
    schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(property).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn optional_columns_and_exported_names_are_read() {
        let outputs = from_json_schema(&json!({
            "required": ["tldr"],
            "properties": {
                "tldr": {"type": "string", "x-column": "TLDR"},
                "level": {"type": ["string", "null"], "enum": ["a", null]},
                "tags": {"type": "array"},
            },
        }))
        .unwrap();
        let summary: Vec<_> = outputs.iter().map(|o| (o.column.as_str(), o.rule.optional)).collect();
        assert_eq!(summary, [("TLDR", false), ("level", true), ("tags", true)]);
    }

    #[test]
    fn errors_name_the_path_and_the_keyword() {
        for (property, parts) in [
            (json!({"type": "string", "oneOf": []}), ["`a`", "`oneOf`"]),
            (json!({"type": "array", "items": {"type": "number", "pattern": "x"}}), ["`a[]`", "`pattern`"]),
            (json!({"type": "object", "properties": {"b": {"type": "text"}}}), ["`a.b`", "`text`"]),
            (json!({"type": "string", "x-max-words": 0}), ["`a`", "`x-max-words`"]),
            (json!({"type": "string", "items": {"type": "string"}}), ["`a`", "`items`"]),
            (json!({"type": "string", "pattern": "("}), ["`a`", "`pattern`"]),
            (json!({"type": ["string", "number"]}), ["`a`", "type"]),
        ] {
            let error = from_json_schema(&json!({"properties": {"a": property}})).unwrap_err();
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
        assert!(from_json_schema(&json!({"properties": {}})).is_err());
    }
}
