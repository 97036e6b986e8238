//! Rules from a config's tables or from a JSON Schema file.

use super::raw_rule::RawRule;
use super::rule::{OutputColumn, Rule, ValueType};
use crate::document::{Problem, check_schema, pointer};
use regex::Regex;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is wrong with the rules.
#[derive(Debug)]
pub enum RuleProblem {
    /// A table does not have the shape of a rule; pointers are relative to the tables.
    Shape(Vec<Problem>),
    /// A rule contradicts itself or cannot be used: where, what, and what to do.
    Meaning(String, String),
}

/// Reads the tables of `[enrich.output]`; reports all problems.
pub fn from_tables(tables: &Map<String, Value>) -> Result<Vec<OutputColumn>, Vec<RuleProblem>> {
    let mut outputs = Vec::new();
    let mut problems = Vec::new();
    for (name, table) in tables {
        let place = pointer::push("", name);
        if let Some((column, rule)) = from_table(&place, table, &mut problems) {
            outputs.push(OutputColumn { name: name.clone(), column: column.unwrap_or_else(|| name.clone()), rule });
        }
    }
    if problems.is_empty() { Ok(outputs) } else { Err(problems) }
}

fn from_table(place: &str, table: &Value, problems: &mut Vec<RuleProblem>) -> Option<(Option<String>, Rule)> {
    let mut shape = check_schema(table, &to_value(&RawRule::SCHEMA));
    if !shape.is_empty() {
        for problem in &mut shape {
            problem.pointer.insert_str(0, place);
        }
        problems.push(RuleProblem::Shape(shape));
        return None;
    }
    let raw = match RawRule::deserialize(table) {
        Ok(raw) => raw,
        Err(error) => {
            problems.push(RuleProblem::Meaning(place.to_owned(), error.to_string()));
            return None;
        }
    };
    let before = problems.len();
    let mut rule = Rule::of(raw.value_type);
    if raw.allowed.as_ref().is_some_and(Vec::is_empty) {
        let place = pointer::push(place, "enum");
        problems.push(RuleProblem::Meaning(place, "`enum` is empty, so nothing could ever be an answer".to_owned()));
    }
    rule.allowed = raw.allowed.unwrap_or_default();
    (rule.min, rule.max) = (raw.min, raw.max);
    (rule.min_length, rule.max_length) = (raw.min_length, raw.max_length);
    rule.max_words = raw.max_words.map(std::num::NonZeroUsize::get);
    rule.optional = raw.optional;
    rule.description = raw.description;
    rule.pattern = raw.pattern.and_then(|text| compile(&pointer::push(place, "pattern"), &text, problems));
    if let Some(items) = &raw.items {
        rule.items = from_table(&pointer::push(place, "items"), items, problems).map(|(_, rule)| Box::new(rule));
    }
    for (name, table) in raw.properties.unwrap_or_default() {
        let inner = pointer::push(&pointer::push(place, "properties"), &name);
        if let Some((_, property)) = from_table(&inner, &table, problems) {
            rule.properties.push((name, property));
        }
    }
    problems.extend(contradictions(&rule).into_iter().map(|text| RuleProblem::Meaning(place.to_owned(), text)));
    (problems.len() == before).then_some((raw.column, rule))
}

fn compile(place: &str, text: &str, problems: &mut Vec<RuleProblem>) -> Option<Regex> {
    match Regex::new(text) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ").trim();
            problems.push(RuleProblem::Meaning(
                place.to_owned(),
                format!("the pattern is not a regular expression: {last}"),
            ));
            None
        }
    }
}

/// What in a rule cannot all be true, or does not belong to its type.
fn contradictions(rule: &Rule) -> Vec<String> {
    use ValueType as T;
    let kind = rule.value_type;
    let mut found = Vec::new();
    let mut only = |present: bool, key: &str, types: &[T]| {
        if present && !types.contains(&kind) {
            found.push(format!("`{key}` does not fit a value of type {}", kind.as_str()));
        }
    };
    only(rule.max_words.is_some(), "max_words", &[T::String]);
    only(rule.pattern.is_some(), "pattern", &[T::String]);
    only(rule.min.is_some(), "min", &[T::Integer, T::Number]);
    only(rule.max.is_some(), "max", &[T::Integer, T::Number]);
    only(rule.min_length.is_some(), "min_length", &[T::String, T::Array]);
    only(rule.max_length.is_some(), "max_length", &[T::String, T::Array]);
    only(rule.items.is_some(), "items", &[T::Array]);
    only(!rule.properties.is_empty(), "properties", &[T::Object]);
    if rule.min.zip(rule.max).is_some_and(|(min, max)| min > max) {
        found.push("`min` is greater than `max`".to_owned());
    }
    if rule.min_length.zip(rule.max_length).is_some_and(|(min, max)| min > max) {
        found.push("`min_length` is greater than `max_length`".to_owned());
    }
    let bare = Rule { allowed: Vec::new(), ..rule.clone() };
    for value in &rule.allowed {
        if let Some(problem) = super::check::problem("enum", &bare, value) {
            found.push(format!("{value} can never be an answer: {problem}"));
        }
    }
    found
}

/// Reads a JSON Schema whose properties are the output columns.
///
/// # Errors
/// The first keyword that cannot be kept as a rule, with its place.
pub fn from_json_schema(schema: &Value) -> Result<Vec<OutputColumn>, String> {
    let properties = schema.get("properties").and_then(Value::as_object).filter(|p| !p.is_empty());
    let properties = properties.ok_or("the schema has no `properties`; each one is an output column")?;
    let required = required_of(schema);
    properties
        .iter()
        .map(|(name, property)| {
            let mut rule = schema_rule(name, property)?;
            rule.optional |= required.as_ref().is_some_and(|required| !required.contains(&name.as_str()));
            let column = property.get("x-column").and_then(Value::as_str).unwrap_or(name);
            Ok(OutputColumn { name: name.clone(), column: column.to_owned(), rule })
        })
        .collect()
}

fn required_of(schema: &Value) -> Option<Vec<&str>> {
    Some(schema.get("required")?.as_array()?.iter().filter_map(Value::as_str).collect())
}

fn schema_rule(place: &str, schema: &Value) -> Result<Rule, String> {
    const KNOWN: [&str; 19] = [
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
    let map = schema.as_object().ok_or_else(|| format!("`{place}` is not a schema"))?;
    if let Some(unknown) = map.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!(
            "`{place}` uses `{unknown}`, which cannot be checked; the keywords are: {}",
            KNOWN.join(", ")
        ));
    }
    let (value_type, mut optional) = schema_type(place, map)?;
    let mut rule = Rule::of(value_type);
    let number = |key: &str| map.get(key).and_then(Value::as_f64);
    let count = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| map.get(*key)).and_then(Value::as_u64);
        found.and_then(|n| usize::try_from(n).ok())
    };
    rule.allowed = map.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
    optional |= rule.allowed.contains(&Value::Null);
    rule.allowed.retain(|value| !value.is_null());
    (rule.min, rule.max) = (number("minimum"), number("maximum"));
    (rule.min_length, rule.max_length) = (count(["minLength", "minItems"]), count(["maxLength", "maxItems"]));
    rule.max_words = count(["x-max-words", "x-max-words"]);
    rule.optional = optional;
    map.get("description").and_then(Value::as_str).unwrap_or_default().clone_into(&mut rule.description);
    if let Some(pattern) = map.get("pattern").and_then(Value::as_str) {
        let compiled = Regex::new(pattern)
            .map_err(|_| format!("the pattern of `{place}` is not a regular expression that can be checked"))?;
        rule.pattern = Some(compiled);
    }
    if let Some(items) = map.get("items") {
        rule.items = Some(Box::new(schema_rule(&format!("{place}[]"), items)?));
    }
    let required = required_of(schema);
    for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let mut inner = schema_rule(&format!("{place}.{name}"), property)?;
        inner.optional |= required.as_ref().is_some_and(|required| !required.contains(&name.as_str()));
        rule.properties.push((name.clone(), inner));
    }
    match contradictions(&rule).into_iter().next() {
        Some(problem) => Err(format!("`{place}`: {problem}")),
        None => Ok(rule),
    }
}

fn schema_type(place: &str, map: &Map<String, Value>) -> Result<(ValueType, bool), String> {
    let names: Vec<&str> = match map.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ if map.contains_key("enum") => vec!["string"],
        _ => return Err(format!("`{place}` has no `type`")),
    };
    let optional = names.contains(&"null");
    let mut types = names.into_iter().filter(|name| *name != "null");
    let (Some(name), None) = (types.next(), types.next()) else {
        return Err(format!("`{place}` must have one type (beside null)"));
    };
    let value_type = match name {
        "string" => ValueType::String,
        "integer" => ValueType::Integer,
        "number" => ValueType::Number,
        "boolean" => ValueType::Boolean,
        "array" => ValueType::Array,
        "object" => ValueType::Object,
        other => return Err(format!("`{place}` has the unknown type `{other}`")),
    };
    Ok((value_type, optional))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn meanings(tables: Value) -> Vec<String> {
        let Value::Object(tables) = tables else {
            return Vec::new();
        };
        let problems = from_tables(&tables).err().unwrap_or_default();
        problems
            .into_iter()
            .map(|problem| match problem {
                RuleProblem::Meaning(place, text) => format!("{place}: {text}"),
                RuleProblem::Shape(problems) => {
                    problems.iter().map(|p| p.pointer.clone()).collect::<Vec<_>>().join(" ")
                }
            })
            .collect()
    }

    #[test]
    fn rules_that_cannot_be_kept_are_found() {
        let cases = [
            (json!({"a": {"type": "string", "max_words": 12}}), vec![]),
            (
                json!({"a": {"type": "integer", "max_words": 12}}),
                vec!["/a: `max_words` does not fit a value of type integer"],
            ),
            (json!({"a": {"type": "number", "min": 5, "max": 1}}), vec!["/a: `min` is greater than `max`"]),
            (
                json!({"a": {"enum": ["x", 1]}}),
                vec!["/a: 1 can never be an answer: `enum` must be of type string, not number"],
            ),
            (
                json!({"a": {"pattern": "("}}),
                vec!["/a/pattern: the pattern is not a regular expression: unclosed group"],
            ),
            (json!({"a": {"type": "array", "items": {"typ": "string"}}}), vec!["/a/items"]),
            (json!({"a": {"maxwords": 3}}), vec!["/a"]),
        ];
        for (tables, expected) in cases {
            let found = meanings(tables.clone());
            assert_eq!(found.len(), expected.len(), "{tables}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected), "{found} does not begin with {expected}");
            }
        }
    }

    #[test]
    fn a_json_schema_becomes_rules() {
        let outputs = from_json_schema(&json!({
            "type": "object", "required": ["tldr"],
            "properties": {
                "tldr": {"type": "string", "maxLength": 80, "x-column": "TLDR", "x-max-words": 12},
                "level": {"type": ["string", "null"], "enum": ["a", "b", null]},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
            },
        }))
        .unwrap();
        let summary: Vec<_> = outputs.iter().map(|o| (o.column.as_str(), o.rule.optional, o.rule.max_length)).collect();
        assert_eq!(summary, [("TLDR", false, Some(80)), ("level", true, None), ("tags", true, Some(3))]);
        assert!(
            from_json_schema(&json!({"properties": {"a": {"type": "string", "oneOf": []}}}))
                .unwrap_err()
                .contains("`oneOf`")
        );
    }
}
