//! Reads rules from a JSON Schema.

use super::contradictions::contradictions;
use super::keywords::Keywords;
use super::raw_rule::RawConstraints;
use super::rule::{OutputColumn, Rule};
use super::value_type::ValueType;
use rowsmith_plugin_api::row::ColumnType;
use serde_json::Value;
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
    let schema = Keywords::new("", schema)?;
    let properties = schema.table("properties")?.filter(|properties| !properties.is_empty());
    let properties = properties.ok_or("the schema has no `properties`; each property is an output column")?;
    let required = schema.names_in("required")?;
    let column = |(name, property): (&String, &Value)| {
        let mut rule = rule(name, property)?;
        rule.optional |= is_optional(required.as_deref(), name);
        let column = Keywords::new(name, property)?.text("x-column")?.unwrap_or(name);
        Ok(OutputColumn { name: name.clone(), column: column.to_owned(), rule })
    };
    properties.iter().map(column).collect()
}

/// Without a `required` list, all properties are required.
fn is_optional(required: Option<&[&str]>, name: &str) -> bool {
    required.is_some_and(|required| !required.contains(&name))
}

fn rule(path: &str, schema: &Value) -> Result<Rule, String> {
    let schema = Keywords::new(path, schema)?;
    if let Some(unknown) = schema.names().find(|name| !KEYWORDS.contains(name)) {
        let known = KEYWORDS.join(", ");
        return Err(schema.problem(format_args!("unsupported keyword `{unknown}`; supported keywords: {known}")));
    }
    let (name, mut optional) = type_name(schema)?;
    let (constraints, invalid) = constraints(schema, &mut optional)?.into_constraints();
    let value_type = ValueType::new(name, items(schema)?, properties(schema)?);
    let value_type = value_type.map_err(|reason| schema.problem(reason))?;
    let description = schema.text("description")?.unwrap_or_default().to_owned();
    let rule = Rule { value_type, constraints, optional, description };
    let invalid = invalid.into_iter().map(|(_, reason)| reason).chain(contradictions(&rule)).next();
    invalid.map_or(Ok(rule), |reason| Err(schema.problem(reason)))
}

/// Reads the constraints. All fields are named, so that a new one needs its keyword here.
fn constraints(schema: Keywords<'_>, optional: &mut bool) -> Result<RawConstraints, String> {
    let either = |one: &str, other: &str| Ok::<_, String>(schema.count(one)?.or(schema.count(other)?));
    let mut allowed = schema.list("enum")?.cloned().unwrap_or_default();
    *optional |= allowed.contains(&Value::Null);
    allowed.retain(|value| !value.is_null());
    let max_words = schema.count("x-max-words")?;
    let max_words = max_words
        .map(|max| NonZeroUsize::new(max).ok_or_else(|| schema.problem("`x-max-words` is 0; the minimum is 1")));
    Ok(RawConstraints {
        allowed: Some(allowed).filter(|allowed| !allowed.is_empty()),
        min: schema.number("minimum")?,
        max: schema.number("maximum")?,
        min_length: either("minLength", "minItems")?,
        max_length: either("maxLength", "maxItems")?,
        max_words: max_words.transpose()?,
        pattern: schema.text("pattern")?.map(str::to_owned),
    })
}

fn type_name(schema: Keywords<'_>) -> Result<(ColumnType, bool), String> {
    let names = match schema.any("type") {
        Some(Value::Array(_)) => schema.names_in("type")?.unwrap_or_default(),
        Some(_) => schema.text("type")?.into_iter().collect(),
        None if schema.any("enum").is_some() => vec!["string"],
        None => return Err(format!("`{}` has no `type`", schema.path)),
    };
    let optional = names.contains(&"null");
    let mut types = names.into_iter().filter(|name| *name != "null");
    let (Some(name), None) = (types.next(), types.next()) else {
        return Err(format!("`{}` must have one type besides null", schema.path));
    };
    let name = ColumnType::parse(name).ok_or_else(|| format!("`{}` has the unknown type `{name}`", schema.path))?;
    Ok((name, optional))
}

fn items(schema: Keywords<'_>) -> Result<Option<Box<Rule>>, String> {
    let items = schema.any("items").map(|items| rule(&format!("{}[]", schema.path), items)).transpose()?;
    Ok(items.map(Box::new))
}

fn properties(schema: Keywords<'_>) -> Result<Vec<(String, Rule)>, String> {
    let required = schema.names_in("required")?;
    let property = |(name, property): (&String, &Value)| {
        let mut rule = rule(&format!("{}.{name}", schema.path), property)?;
        rule.optional |= is_optional(required.as_deref(), name);
        Ok((name.clone(), rule))
    };
    schema.table("properties")?.into_iter().flatten().map(property).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Constraint;
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
            (json!({"type": "string", "maxLength": "5"}), ["`a`: `maxLength` is \"5\"", "a whole number"]),
            (json!({"type": "string", "minLength": -1}), ["`a`: `minLength` is -1", "a whole number"]),
            (json!({"type": "array", "maxItems": 1.5}), ["`a`: `maxItems` is 1.5", "a whole number"]),
            (json!({"type": "number", "minimum": "0"}), ["`a`: `minimum` is \"0\"", "a number"]),
            (json!({"type": "string", "pattern": 1}), ["`a`: `pattern` is 1", "a string"]),
            (json!({"type": "string", "enum": "a"}), ["`a`: `enum` is \"a\"", "a list"]),
            (json!({"type": "string", "description": []}), ["`a`: `description` is []", "a string"]),
            (json!({"type": "string", "x-column": 1}), ["`a`: `x-column` is 1", "a string"]),
            (json!({"type": "object", "properties": []}), ["`a`: `properties` is []", "an object"]),
            (json!({"type": "object", "required": [1]}), ["`a`: `required` is [1]", "a list of strings"]),
            (json!({"type": ["string", 1]}), ["`a`: `type` is", "a list of strings"]),
            (json!({"type": 1}), ["`a`: `type` is 1", "a string"]),
            (json!("string"), ["`a`", "not a schema"]),
        ] {
            let error = from_json_schema(&json!({"properties": {"a": property}})).unwrap_err();
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
        for (schema, part) in [
            (json!({"properties": {}}), "no `properties`"),
            (json!({"properties": []}), "`properties` is []"),
            (json!({"properties": {"a": {"type": "string"}}, "required": "a"}), "`required` is \"a\""),
            (json!([]), "not a schema"),
        ] {
            let error = from_json_schema(&schema).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn whole_numbers_may_have_a_decimal_point() {
        let schema = json!({"properties": {"a": {"type": "string", "maxLength": 5.0}}});
        let outputs = from_json_schema(&schema).unwrap();
        assert!(matches!(outputs[0].rule.constraints[..], [Constraint::MaxLength(5)]));
    }
}
