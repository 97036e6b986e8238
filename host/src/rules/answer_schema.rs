//! The JSON Schema of an answer, in the part of the language that all services share.
//!
//! Lengths, patterns and bounds go into descriptions: some services reject them, others ignore them, and
//! they are checked here anyway. The row is defined once and referred to, so that the schema of a full
//! batch is small and the same for every one.

use super::describe::schema_description;
use super::rule::{OutputColumn, Rule, ValueType};
use serde_json::{Map, Value, json};

/// The key of the row at a place of a batch.
pub fn row_key(at: usize) -> String {
    format!("r{at}")
}

/// The schema of an answer that is one object with a key for each of `rows` rows.
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
    let mut schema = if rule.value_type == ValueType::Object {
        object(&rule.properties.iter().map(|(name, rule)| (name.clone(), value(rule))).collect())
    } else {
        json!({"type": rule.value_type.as_str()})
    };
    if rule.optional {
        schema["type"] = json!([rule.value_type.as_str(), "null"]);
    }
    if rule.value_type == ValueType::Array {
        schema["items"] = rule.items.as_ref().map_or_else(|| json!({"type": "string"}), |items| value(items));
    }
    let all_text = !rule.allowed.is_empty() && rule.allowed.iter().all(Value::is_string);
    if all_text {
        let mut allowed = rule.allowed.clone();
        if rule.optional {
            allowed.push(Value::Null);
        }
        schema["enum"] = Value::Array(allowed);
    }
    let description = schema_description(rule);
    if !description.is_empty() {
        schema["description"] = json!(description);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_each_row_once_and_the_row_defined_once() {
        let mut tldr = Rule::of(ValueType::String);
        tldr.max_words = Some(12);
        tldr.description = "crisp".to_owned();
        let mut level = Rule::of(ValueType::String);
        level.allowed = vec![json!("practice"), json!("expert")];
        level.optional = true;
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
