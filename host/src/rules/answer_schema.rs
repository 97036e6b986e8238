//! The JSON Schema of an answer, limited to the keywords that all services support.
//!
//! Lengths, patterns and bounds go into descriptions: some services reject the keywords, others ignore them, and the
//! host checks every answer anyway. Keywords that a provider declares are added. The schema defines the row once and
//! references it, so that it is small, and the same for all full batches. With anchors, each row has its own definition.

use super::constraint::Constraint;
use super::describe::schema_description;
use super::rule::{OutputColumn, Rule};
use super::value_type::ValueType;
use rowsmith_plugin_api::completion::SchemaKeyword;
use serde_json::{Map, Value, json};
use std::num::NonZeroUsize;

/// Characters of a word that no valid answer exceeds on average; bounds the length of a text with `max_words`.
const CHARS_PER_WORD: usize = 24;
/// Minimum of that bound; texts of scripts without spaces have few words.
const MIN_WORDS_BOUND: usize = 120;

/// Returns the key of the row at an index of the batch.
pub fn row_key(at: usize) -> String {
    format!("r{at}")
}

/// The members of every row in an answer.
#[derive(Debug, Clone, Copy)]
pub struct RowSchema<'a> {
    /// The output columns.
    pub outputs: &'a [OutputColumn],
    /// The constraints that the service enforces.
    pub keywords: &'a [SchemaKeyword],
}

impl RowSchema<'_> {
    /// Returns the schema of an answer that is one object with a key for each of `rows` rows. `tag` is the description of
    /// the tag, if rows have tags.
    pub fn keyed(&self, rows: usize, tag: Option<&str>) -> Value {
        let members = (0..rows).map(|at| (row_key(at), json!({"$ref": "#/$defs/row"}))).collect();
        let tag = tag.map(|description| ("tag".to_owned(), json!({"type": "string", "description": description})));
        let mut schema = object(&members);
        schema["$defs"] = json!({"row": self.row(tag)});
        schema
    }

    /// Returns the same schema for rows that begin with members of one value each.
    pub fn fixed<'v>(&self, rows: impl Iterator<Item = Vec<(&'v str, &'v str)>>) -> Value {
        let row = |(at, members): (usize, Vec<(&str, &str)>)| {
            let only = |value: &str| json!({"type": "string", "enum": [value]});
            let fixed = members.into_iter().map(|(name, value)| (name.to_owned(), only(value)));
            (row_key(at), self.row(fixed))
        };
        object(&rows.enumerate().map(row).collect())
    }

    fn row(&self, first: impl IntoIterator<Item = (String, Value)>) -> Value {
        let outputs = self.outputs.iter().map(|output| (output.name.clone(), value(&output.rule, self.keywords)));
        object(&first.into_iter().chain(outputs).collect())
    }
}

fn object(properties: &Map<String, Value>) -> Value {
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn value(rule: &Rule, keywords: &[SchemaKeyword]) -> Value {
    let name = rule.value_type.name().as_str();
    let mut schema = match &rule.value_type {
        ValueType::String | ValueType::Integer | ValueType::Number | ValueType::Boolean | ValueType::Array { .. } => {
            json!({"type": name})
        }
        ValueType::Object { properties } => {
            object(&properties.iter().map(|(name, rule)| (name.clone(), value(rule, keywords))).collect())
        }
    };
    if rule.optional {
        schema["type"] = json!([name, "null"]);
    }
    if let ValueType::Array { items } = &rule.value_type {
        schema["items"] = items.as_ref().map_or_else(|| json!({"type": "string"}), |items| value(items, keywords));
    }
    for (keyword, value) in rule.constraints.iter().filter_map(|constraint| keyword(constraint, rule, keywords)) {
        schema[keyword] = value;
    }
    let description = schema_description(rule);
    if !description.is_empty() {
        schema["description"] = json!(description);
    }
    schema
}

/// Returns the keyword of a constraint, if all services support it or this one declares it.
fn keyword(constraint: &Constraint, rule: &Rule, keywords: &[SchemaKeyword]) -> Option<(&'static str, Value)> {
    let declares = |keyword: SchemaKeyword| keywords.contains(&keyword);
    let of_array = matches!(rule.value_type, ValueType::Array { .. });
    let length = |of_string: &'static str, of_items: &'static str, length: usize| {
        let (needed, keyword) =
            if of_array { (SchemaKeyword::ArrayLength, of_items) } else { (SchemaKeyword::StringLength, of_string) };
        declares(needed).then(|| (keyword, json!(length)))
    };
    match constraint {
        Constraint::Enum(values) => {
            let supported = values.iter().all(Value::is_string) || declares(SchemaKeyword::AnyEnum);
            supported.then(|| ("enum", values.iter().cloned().chain(rule.optional.then_some(Value::Null)).collect()))
        }
        Constraint::MaxWords(words) => {
            let bound = words_bound(*words);
            let unbounded =
                !rule.constraints.iter().any(|other| matches!(other, Constraint::MaxLength(max) if *max <= bound));
            length("maxLength", "maxItems", bound).filter(|_| unbounded)
        }
        Constraint::MinLength(min) => length("minLength", "minItems", *min),
        Constraint::MaxLength(max) => {
            let bound = rule.constraints.iter().find_map(|other| match other {
                Constraint::MaxWords(words) => Some(words_bound(*words)),
                _ => None,
            });
            length("maxLength", "maxItems", *max).filter(|_| bound.is_none_or(|bound| *max <= bound))
        }
        Constraint::Min(min) => declares(SchemaKeyword::NumberRange).then(|| ("minimum", number(*min))),
        Constraint::Max(max) => declares(SchemaKeyword::NumberRange).then(|| ("maximum", number(*max))),
        // Dialects of regular expressions differ, so patterns are described in words.
        Constraint::Pattern(_) => None,
    }
}

/// Returns a length that a valid text of so many words does not reach.
fn words_bound(words: NonZeroUsize) -> usize {
    words.get().saturating_mul(CHARS_PER_WORD).max(MIN_WORDS_BOUND)
}

/// Returns a bound, without a fraction if it is whole: some services accept no other bounds of integers.
fn number(bound: f64) -> Value {
    const EXACT: f64 = 9e15;
    if bound.fract() == 0.0 && bound.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact integers")]
        let whole = bound as i64;
        return json!(whole);
    }
    json!(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            RowSchema { outputs: &outputs, keywords: &[] }.keyed(2, Some("copy")),
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

    #[test]
    fn declared_keywords_are_sent() {
        use SchemaKeyword as K;
        let words = |max| Constraint::MaxWords(NonZeroUsize::new(max).unwrap());
        let text = |constraints: Vec<Constraint>| Rule { constraints, ..Rule::new(ValueType::String) };
        let items = Some(Box::new(text(vec![Constraint::MaxLength(9)])));
        let list = Rule::new(ValueType::Array { items }).with(Constraint::MinLength(1)).with(Constraint::MaxLength(3));
        let level = Rule::new(ValueType::Integer).with(Constraint::Enum(vec![json!(1), json!(2)])).optional();
        let hours = Rule::new(ValueType::Integer).with(Constraint::Min(1.0)).with(Constraint::Max(100.0));
        let score = Rule::new(ValueType::Number).with(Constraint::Min(-0.5));
        for (rule, keywords, expected) in [
            (text(vec![words(12)]), vec![K::StringLength], json!({"maxLength": 288})),
            (text(vec![words(1)]), vec![K::StringLength], json!({"maxLength": 120})),
            (text(vec![words(12), Constraint::MaxLength(80)]), vec![K::StringLength], json!({"maxLength": 80})),
            (text(vec![words(12), Constraint::MaxLength(800)]), vec![K::StringLength], json!({"maxLength": 288})),
            (text(vec![Constraint::MinLength(2)]), vec![K::StringLength], json!({"minLength": 2})),
            (text(vec![words(12)]), vec![K::NumberRange, K::ArrayLength, K::AnyEnum, K::Pattern], json!({})),
            (
                list.clone(),
                vec![K::ArrayLength],
                json!({"minItems": 1, "maxItems": 3, "items": {"type": "string", "description": "at most 9 characters"}}),
            ),
            (
                list,
                vec![K::StringLength],
                json!({"items": {"type": "string", "maxLength": 9, "description": "at most 9 characters"}}),
            ),
            (level.clone(), vec![K::AnyEnum], json!({"enum": [1, 2, null]})),
            (level, vec![K::NumberRange], json!({})),
            (hours, vec![K::NumberRange], json!({"minimum": 1, "maximum": 100})),
            (score, vec![K::NumberRange], json!({"minimum": -0.5})),
        ] {
            let plain = value(&rule, &[]);
            let mut sent = value(&rule, &keywords);
            let added = expected.as_object().unwrap();
            for (keyword, expected) in added {
                assert_eq!(sent.get(keyword), Some(expected), "{keywords:?}");
                sent[keyword] = plain.get(keyword).cloned().unwrap_or_default();
            }
            sent.as_object_mut().unwrap().retain(|keyword, _| plain.get(keyword).is_some());
            assert_eq!(sent, plain, "{keywords:?}");
        }
    }

    #[test]
    fn rows_with_fixed_members_have_schemas_of_their_own() {
        let outputs = [OutputColumn { name: "t".into(), column: "T".into(), rule: Rule::new(ValueType::String) }];
        let rows = [vec![("about", "Mars"), ("tag", "x7k2")], vec![("tag", "b3c4")]];
        let schema = RowSchema { outputs: &outputs, keywords: &[] }.fixed(rows.into_iter());
        assert_eq!(schema["required"], json!(["r0", "r1"]));
        assert_eq!(schema["properties"]["r0"]["required"], json!(["about", "tag", "t"]));
        assert_eq!(schema["properties"]["r0"]["properties"]["about"], json!({"type": "string", "enum": ["Mars"]}));
        assert_eq!(schema["properties"]["r1"]["required"], json!(["tag", "t"]));
    }
}
