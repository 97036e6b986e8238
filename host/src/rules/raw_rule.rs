//! The rule of an output column as it is written in the config.

use super::rule::ValueType;
use rowsmith_plugin_api::ConfigSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::num::NonZeroUsize;

/// The rule of an output column.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// The name in the exported row; the table's key when absent.
    pub column: Option<String>,
    /// The type of the value.
    #[serde(rename = "type", default)]
    #[config(default = "\"string\"")]
    pub value_type: ValueType,
    /// The only values there are.
    #[serde(rename = "enum")]
    pub allowed: Option<Vec<Value>>,
    /// Least number.
    pub min: Option<f64>,
    /// Greatest number.
    pub max: Option<f64>,
    /// Fewest characters of a string or items of an array.
    pub min_length: Option<usize>,
    /// Most characters of a string or items of an array.
    pub max_length: Option<usize>,
    /// Most words of a string.
    pub max_words: Option<NonZeroUsize>,
    /// A regular expression that a string must match.
    pub pattern: Option<String>,
    /// The rule of an array's items.
    pub items: Option<Value>,
    /// The rules of an object's values.
    pub properties: Option<Map<String, Value>>,
    /// Whether the value may be null.
    #[serde(default)]
    #[config(default = "false")]
    pub optional: bool,
    /// What the model is told about it.
    #[serde(default)]
    #[config(default = "\"\"")]
    pub description: String,
}
