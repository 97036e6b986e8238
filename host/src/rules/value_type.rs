//! Types of values.

use super::rule::Rule;
use super::rule_problem::InvalidRule;
use rowsmith_plugin_api::ConfigSchema;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

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
    pub fn new(name: TypeName, items: Option<Box<Rule>>, properties: Vec<(String, Rule)>) -> Result<Self, InvalidRule> {
        match Self::from(name) {
            Self::Array { .. } if properties.is_empty() => Ok(Self::Array { items }),
            Self::Object { .. } if items.is_none() => Ok(Self::Object { properties }),
            _ if items.is_some() => Err(InvalidRule::WrongType { key: "items", name }),
            _ if !properties.is_empty() => Err(InvalidRule::WrongType { key: "properties", name }),
            plain => Ok(plain),
        }
    }

    /// Returns the name of the type.
    pub fn name(&self) -> TypeName {
        match self {
            Self::String => TypeName::String,
            Self::Integer => TypeName::Integer,
            Self::Number => TypeName::Number,
            Self::Boolean => TypeName::Boolean,
            Self::Array { .. } => TypeName::Array,
            Self::Object { .. } => TypeName::Object,
        }
    }
}

/// Creates a type without rules of the values inside.
impl From<TypeName> for ValueType {
    fn from(name: TypeName) -> Self {
        match name {
            TypeName::String => Self::String,
            TypeName::Integer => Self::Integer,
            TypeName::Number => Self::Number,
            TypeName::Boolean => Self::Boolean,
            TypeName::Array => Self::Array { items: None },
            TypeName::Object => Self::Object { properties: Vec::new() },
        }
    }
}

/// Name of a type in configs and schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum TypeName {
    /// Text.
    #[default]
    String,
    /// Whole number.
    Integer,
    /// Number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// List.
    Array,
    /// Table.
    Object,
}

impl TypeName {
    /// Returns the name as text.
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

    /// Returns the type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<Error>::new(name)).ok()
    }
}
