//! Types of values.

use super::rule::Rule;
use super::rule_problem::InvalidRule;
use rowsmith_plugin_api::row::ColumnType;

/// Type of a value, with the rules of the values inside.
#[derive(Debug, Clone)]
pub enum ValueType {
    /// Text.
    String,
    /// Whole number; `4.0` is one.
    Integer,
    /// Number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// List.
    Array {
        /// Rule of every item; `None` accepts any item.
        items: Option<Box<Rule>>,
    },
    /// Table.
    Object {
        /// Rules of the values, by key.
        properties: Vec<(String, Rule)>,
    },
}

impl ValueType {
    /// Creates a type with the rules of the values inside.
    ///
    /// # Errors
    /// When the type has no such values.
    pub fn new(
        name: ColumnType,
        items: Option<Box<Rule>>,
        properties: Vec<(String, Rule)>,
    ) -> Result<Self, InvalidRule> {
        match Self::from(name) {
            Self::Array { .. } if properties.is_empty() => Ok(Self::Array { items }),
            Self::Object { .. } if items.is_none() => Ok(Self::Object { properties }),
            _ if items.is_some() => Err(InvalidRule::WrongType { key: "items", name }),
            _ if !properties.is_empty() => Err(InvalidRule::WrongType { key: "properties", name }),
            plain => Ok(plain),
        }
    }

    /// Returns the name of the type.
    pub fn name(&self) -> ColumnType {
        match self {
            Self::String => ColumnType::String,
            Self::Integer => ColumnType::Integer,
            Self::Number => ColumnType::Number,
            Self::Boolean => ColumnType::Boolean,
            Self::Array { .. } => ColumnType::Array,
            Self::Object { .. } => ColumnType::Object,
        }
    }
}

/// Creates a type without rules of the values inside.
impl From<ColumnType> for ValueType {
    fn from(name: ColumnType) -> Self {
        match name {
            ColumnType::String => Self::String,
            ColumnType::Integer => Self::Integer,
            ColumnType::Number => Self::Number,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Array => Self::Array { items: None },
            ColumnType::Object => Self::Object { properties: Vec::new() },
        }
    }
}
