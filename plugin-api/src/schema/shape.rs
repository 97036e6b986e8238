//! What a config value may look like: [`Schema`] and its parts.
//!
//! Everything here is `Copy` and can be built in a constant; nothing owns memory, so a schema costs nothing at run time.

/// The shape of one config value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Any value at all.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The smallest value allowed.
        minimum: Option<i64>,
        /// The largest value allowed.
        maximum: Option<i64>,
    },
    /// Any number.
    Number,
    /// Text.
    String {
        /// What the text means, for example `uri` or `secret`; a hint, not a check.
        format: Option<&'static str>,
    },
    /// One of the given words.
    Enum(&'static [&'static str]),
    /// A list whose items all have the same shape.
    Array(&'static Self),
    /// A table with any keys, whose values all have the same shape.
    Map(&'static Self),
    /// A table with known keys and no others.
    Object(&'static ObjectSchema),
    /// A value that has at least one of the given shapes.
    OneOf(&'static [Self]),
}

/// The shape of a table with known keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectSchema {
    /// What the table is for; may be empty.
    pub description: &'static str,
    /// The keys, in the order of the source.
    pub fields: &'static [Field],
}

/// One key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The key as it is written in the config file.
    pub name: &'static str,
    /// What the key is for. When empty, the description of the field's own type stands in.
    pub description: &'static str,
    /// Whether the table is invalid without this key.
    pub required: bool,
    /// The value that stands in when the key is left out, as JSON text.
    pub default: Option<&'static str>,
    /// The shape of the value.
    pub schema: Schema,
}

impl Schema {
    /// The integer shape with no value under `bound`. A type's own, tighter bound stays.
    ///
    /// # Panics
    /// If this is not an integer: a compile error, as schemas are constants.
    #[must_use]
    pub const fn with_minimum(self, bound: i64) -> Self {
        match self {
            Self::Integer { minimum: Some(own), maximum } if own > bound => {
                Self::Integer { minimum: Some(own), maximum }
            }
            Self::Integer { maximum, .. } => Self::Integer { minimum: Some(bound), maximum },
            _ => panic!("`min` is for integers only"),
        }
    }

    /// The integer shape with no value over `bound`. A type's own, tighter bound stays.
    ///
    /// # Panics
    /// If this is not an integer: a compile error, as schemas are constants.
    #[must_use]
    pub const fn with_maximum(self, bound: i64) -> Self {
        match self {
            Self::Integer { minimum, maximum: Some(own) } if own < bound => {
                Self::Integer { minimum, maximum: Some(own) }
            }
            Self::Integer { minimum, .. } => Self::Integer { minimum, maximum: Some(bound) },
            _ => panic!("`max` is for integers only"),
        }
    }

    /// The string shape with another format.
    ///
    /// # Panics
    /// If this is not a string: a compile error, as schemas are constants.
    #[must_use]
    pub const fn with_format(self, format: &'static str) -> Self {
        match self {
            Self::String { .. } => Self::String { format: Some(format) },
            _ => panic!("`format` is for strings only"),
        }
    }
}
