//! A checked rule for one value.

use regex::Regex;
use rowsmith_plugin_api::ConfigSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// Named values.
    Object,
}

impl ValueType {
    /// The name in configs and schemas.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// What a value must be.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its type.
    pub value_type: ValueType,
    /// If not empty: the only values there are.
    pub allowed: Vec<Value>,
    /// Least number.
    pub min: Option<f64>,
    /// Greatest number.
    pub max: Option<f64>,
    /// Fewest characters, or items of an array.
    pub min_length: Option<usize>,
    /// Most characters, or items of an array.
    pub max_length: Option<usize>,
    /// Most words, counted by white space.
    pub max_words: Option<usize>,
    /// What a string must match somewhere.
    pub pattern: Option<Regex>,
    /// The rule of an array's items.
    pub items: Option<Box<Self>>,
    /// The rules of an object's values.
    pub properties: Vec<(String, Self)>,
    /// Whether `null` is fine.
    pub optional: bool,
    /// What the model is told about it.
    pub description: String,
}

impl Rule {
    /// A rule that asks for nothing but a type.
    pub fn of(value_type: ValueType) -> Self {
        Self {
            value_type,
            allowed: Vec::new(),
            min: None,
            max: None,
            min_length: None,
            max_length: None,
            max_words: None,
            pattern: None,
            items: None,
            properties: Vec::new(),
            optional: false,
            description: String::new(),
        }
    }

    /// The rule as JSON: part of every row's key, and handed to providers that work from rules.
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(self.value_type.as_str()));
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                out.insert(name.to_owned(), value);
            }
        };
        put("enum", (!self.allowed.is_empty()).then(|| json!(self.allowed)));
        put("min", self.min.map(|n| json!(n)));
        put("max", self.max.map(|n| json!(n)));
        let (least, most) = match self.value_type {
            ValueType::Array => ("min_items", "max_items"),
            _ => ("min_length", "max_length"),
        };
        put(least, self.min_length.map(|n| json!(n)));
        put(most, self.max_length.map(|n| json!(n)));
        put("max_words", self.max_words.map(|n| json!(n)));
        put("pattern", self.pattern.as_ref().map(|p| json!(p.as_str())));
        put("items", self.items.as_ref().map(|rule| rule.to_json()));
        let properties = || self.properties.iter().map(|(name, rule)| (name.clone(), rule.to_json())).collect();
        put("properties", (!self.properties.is_empty()).then(|| Value::Object(properties())));
        put("optional", self.optional.then(|| json!(true)));
        put("description", (!self.description.is_empty()).then(|| json!(self.description)));
        Value::Object(out)
    }
}

/// One output column.
#[derive(Debug, Clone)]
pub struct OutputColumn {
    /// The name that the model sees.
    pub name: String,
    /// The name in the exported row.
    pub column: String,
    /// What its values must be.
    pub rule: Rule,
}

/// All rules as one JSON object, in order.
pub fn rules_json(outputs: &[OutputColumn]) -> String {
    let map: Map<String, Value> = outputs.iter().map(|o| (o.name.clone(), o.rule.to_json())).collect();
    Value::Object(map).to_string()
}
