//! The constraints of a value.

use regex::Regex;
use rowsmith_plugin_api::row::ColumnType;
use serde_json::Value;
use std::num::NonZeroUsize;

/// One constraint of a value, beyond its type.
///
/// Code outside of tests matches on it without `_`, so that the compiler names every place that a new variant needs.
#[derive(Debug, Clone)]
pub enum Constraint {
    /// The allowed values.
    Enum(Vec<Value>),
    /// Maximum words of a string, separated by white space.
    MaxWords(NonZeroUsize),
    /// Minimum characters of a string, or items of an array.
    MinLength(usize),
    /// Maximum characters of a string, or items of an array.
    MaxLength(usize),
    /// Minimum of a number.
    Min(f64),
    /// Maximum of a number.
    Max(f64),
    /// Regular expression that matches somewhere in a string.
    Pattern(Regex),
}

impl Constraint {
    /// Returns the key in the config.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Enum(_) => "enum",
            Self::MaxWords(_) => "max_words",
            Self::MinLength(_) => "min_length",
            Self::MaxLength(_) => "max_length",
            Self::Min(_) => "min",
            Self::Max(_) => "max",
            Self::Pattern(_) => "pattern",
        }
    }

    /// Returns whether the constraint has a meaning for values of a type.
    pub fn applies_to(&self, name: ColumnType) -> bool {
        match self {
            Self::Enum(_) => true,
            Self::MaxWords(_) | Self::Pattern(_) => name == ColumnType::String,
            Self::MinLength(_) | Self::MaxLength(_) => matches!(name, ColumnType::String | ColumnType::Array),
            Self::Min(_) | Self::Max(_) => matches!(name, ColumnType::Integer | ColumnType::Number),
        }
    }
}
