//! The JSON Schema of an answer, limited to the keywords that all services support.
//!
//! Lengths, patterns and bounds go into descriptions: some services reject the keywords, others ignore them, and the
//! host checks every answer anyway. The schema defines the row once and references it, so that it is small, and the
//! same for all full batches.

use super::constraint::Constraint;
use super::describe::schema_description;
use super::rule::{OutputColumn, Rule};
use super::value_type::ValueType;
use serde_json::{Map, Value, json};

/// Returns the key of the row at an index of the batch.
pub fn row_key(at: usize) -> String {
    format!("r{at}")
}

/// Returns the schema of an answer that is one object with a key for each of `rows` rows.
pub fn keyed(outputs: &[OutputColumn], rows: usize, tag: Option<&str>) -> Value {
    let keys: Vec<String> = (0..rows).map(row_key).collect();
    let references: Map<String, Value> = keys.iter().map(|key| (key.clone(), json!({"$ref": "#/$defs/row"}))).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": keys,
        "properties": references,
        "$defs": { "row": row(outputs, tag) },
    })
}

fn row(outputs: &[OutputColumn], tag: Option<&str>) -> Value {
    let mut properties = Map::new();
    if let Some(description) = tag {
        properties.insert("tag".to_owned(), json!({"type": "string", "description": description}));
    }
    for output in outputs {
        properties.insert(output.name.clone(), value(&output.rule));
    }
    object(&properties)
}

fn object(properties: &Map<String, Value>) -> Value {
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn value(rule: &Rule) -> Value {
    let name = rule.value_type.name().as_str();
    let mut schema = match &rule.value_type {
        ValueType::String | ValueType::Integer | ValueType::Number | ValueType::Boolean | ValueType::Array { .. } => {
            json!({"type": name})
        }
        ValueType::Object { properties } => {
            object(&properties.iter().map(|(name, rule)| (name.clone(), value(rule))).collect())
        }
    };
    if rule.optional {
        schema["type"] = json!([name, "null"]);
    }
    if let ValueType::Array { items } = &rule.value_type {
        schema["items"] = items.as_ref().map_or_else(|| json!({"type": "string"}), |items| value(items));
    }
    for (keyword, value) in rule.constraints.iter().filter_map(|constraint| keyword(constraint, rule.optional)) {
        schema[keyword] = value;
    }
    let description = schema_description(rule);
    if !description.is_empty() {
        schema["description"] = json!(description);
    }
    schema
}

/// Returns the keyword of a constraint, if all services support it.
fn keyword(constraint: &Constraint, optional: bool) -> Option<(&'static str, Value)> {
    match constraint {
        Constraint::Enum(values) if values.iter().all(Value::is_string) => {
            Some(("enum", values.iter().cloned().chain(optional.then_some(Value::Null)).collect()))
        }
        // Described in words.
        Constraint::Enum(_)
        | Constraint::MaxWords(_)
        | Constraint::MinLength(_)
        | Constraint::MaxLength(_)
        | Constraint::Min(_)
        | Constraint::Max(_)
        | Constraint::Pattern(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    #[test]
    fn a_batch_references_one_definition_of_the_row() {
        let mut tldr = Rule::new(ValueType::String).with(Constraint::MaxWords(NonZeroUsize::new(12).unwrap()));
        tldr.description = "crisp".to_owned();
        let level = Constraint::Enum(vec![json!("practice"), json!("expert")]);
        let level = Rule::new(ValueType::String).with(level).optional();
        let outputs = [
            OutputColumn { name: "tldr".into(), column: "TLDR".into(), rule: tldr },
            OutputColumn { name: "level".into(), column: "Level".into(), rule: level },
        ];
        assert_eq!(
            keyed(&outputs, 2, Some("copy")),
            json!({
                "type": "object", "additionalProperties": false, "required": ["r0", "r1"],
                "properties": {"r0": {"$ref": "#/$defs/row"}, "r1": {"$ref": "#/$defs/row"}},
                "$defs": {"row": {
                    "type": "object", "additionalProperties": false, "required": ["tag", "tldr", "level"],
                    "properties": {
                        "tag": {"type": "string", "description": "copy"},
                        "tldr": {"type": "string", "description": "crisp (at most 12 words)"},
                        "level": {"type": ["string", "null"], "enum": ["practice", "expert", null]},
                    },
                }},
            })
        );
    }
}
