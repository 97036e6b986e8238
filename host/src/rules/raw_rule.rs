//! The rule of an output column as it is written in the config.

use super::constraint::Constraint;
use super::rule_problem::InvalidRule;
use regex::Regex;
use rowsmith_plugin_api::PluginConfig;
use rowsmith_plugin_api::row::ColumnType;
use serde_json::{Map, Value};
use std::num::NonZeroUsize;

/// Type and constraints of an output column.
#[derive(Debug, PluginConfig)]
pub struct RawRule {
    /// Name of the exported column. Default: the key of the table.
    pub column: Option<String>,
    /// Type of the value.
    #[serde(rename = "type")]
    #[config(default = "string")]
    pub value_type: ColumnType,
    /// Constraints of the value.
    #[config(flatten)]
    pub constraints: RawConstraints,
    /// Constraints of each item of an array: the same keys as for a column, except `column`.
    pub items: Option<Value>,
    /// Constraints of an object's values, by name.
    pub properties: Option<Map<String, Value>>,
    /// Allows null.
    #[config(default = false)]
    pub optional: bool,
    /// Description of the column for the model.
    #[config(default = "")]
    pub description: String,
}

/// The constraints of a value.
#[derive(Debug, PluginConfig)]
pub struct RawConstraints {
    /// Allowed values.
    #[serde(rename = "enum")]
    pub allowed: Option<Vec<Value>>,
    /// Minimum of a number.
    pub min: Option<f64>,
    /// Maximum of a number.
    pub max: Option<f64>,
    /// Minimum characters of a string, or items of an array. A blank string is valid only with 0.
    pub min_length: Option<usize>,
    /// Maximum characters of a string, or items of an array.
    pub max_length: Option<usize>,
    /// Maximum words of a string, separated by white space.
    pub max_words: Option<NonZeroUsize>,
    /// Regular expression that must match somewhere in a string.
    pub pattern: Option<String>,
}

impl RawConstraints {
    /// Returns the constraints in the order in which they are checked, and the keys that are invalid on their own.
    pub fn into_constraints(self) -> (Vec<Constraint>, Vec<(&'static str, InvalidRule)>) {
        // Without `..`, so that a new field has to be read here.
        let Self { allowed, min, max, min_length, max_length, max_words, pattern } = self;
        let mut invalid = Vec::new();
        if allowed.as_ref().is_some_and(Vec::is_empty) {
            invalid.push(("enum", InvalidRule::EmptyEnum));
        }
        let pattern = pattern.and_then(|text| {
            Regex::new(&text).map_err(|error| invalid.push(("pattern", InvalidRule::pattern(&error)))).ok()
        });
        let constraints = [
            allowed.map(Constraint::Enum),
            max_words.map(Constraint::MaxWords),
            min_length.map(Constraint::MinLength),
            max_length.map(Constraint::MaxLength),
            min.map(Constraint::Min),
            max.map(Constraint::Max),
            pattern.map(Constraint::Pattern),
        ];
        (constraints.into_iter().flatten().collect(), invalid)
    }
}
