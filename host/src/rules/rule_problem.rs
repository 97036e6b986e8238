//! The reasons why a rule is refused.

use super::check::Violation;
use crate::document::Problem;
use rowsmith_plugin_api::row::ColumnType;
use serde_json::Value;

/// A problem of the tables of output columns.
#[derive(Debug)]
pub enum RuleProblem {
    /// A table does not match the schema of a rule. Pointers are relative to the tables.
    Shape(Vec<Problem>),
    /// A rule is invalid.
    Invalid {
        /// JSON pointer, relative to the tables.
        pointer: String,
        /// The reason.
        reason: InvalidRule,
    },
}

/// The reason why a rule is invalid.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRule {
    /// `enum` lists no value.
    #[error("`enum` is empty, so no answer would be valid")]
    EmptyEnum,
    /// `pattern` is not a regular expression.
    #[error("`pattern` is not a regular expression: {0}")]
    Pattern(String),
    /// A key does not apply to the type.
    #[error("`{key}` does not apply to values of type {}", .name.as_str())]
    WrongType {
        /// The key.
        key: &'static str,
        /// The type of the rule.
        name: ColumnType,
    },
    /// A minimum is greater than its maximum.
    #[error("`{min}` is greater than `{max}`")]
    EmptyRange {
        /// Key of the minimum.
        min: &'static str,
        /// Key of the maximum.
        max: &'static str,
    },
    /// A value of `enum` violates the other constraints.
    #[error("{value} in `enum` is never a valid answer: {violation}")]
    EnumValue {
        /// The value.
        value: Value,
        /// The constraint that it violates.
        violation: Box<Violation>,
    },
    /// The table cannot be deserialized.
    #[error("{0}")]
    Unreadable(String),
}

impl InvalidRule {
    /// Creates the error for a regular expression that does not compile.
    pub(super) fn pattern(error: &regex::Error) -> Self {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        Self::Pattern(last.trim_start_matches("error: ").trim().to_owned())
    }
}
