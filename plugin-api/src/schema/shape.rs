//! [`Schema`] and its parts: the accepted values of a config.
//!
//! All types are `Copy` and const-constructible; they own no memory, so a schema costs nothing at run time.

/// The accepted values of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Any value.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// Minimum value.
        minimum: Option<i64>,
        /// Maximum value.
        maximum: Option<i64>,
    },
    /// Any number.
    Number,
    /// Text.
    String {
        /// Meaning of the text, for example `uri` or `secret`; it is not validated.
        format: Option<&'static str>,
    },
    /// One of the given names.
    Enum(&'static [&'static str]),
    /// A list of items with one schema.
    Array(&'static Self),
    /// A table with arbitrary keys and values of one schema.
    Map(&'static Self),
    /// A table with known keys only.
    Object(&'static ObjectSchema),
    /// A value that matches at least one of the given schemas.
    OneOf(&'static [Self]),
}

/// The schema of a table with known keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectSchema {
    /// Purpose of the table; may be empty.
    pub description: &'static str,
    /// The keys, in source order.
    pub fields: &'static [Field],
}

/// One key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name of the key in the config file.
    pub name: &'static str,
    /// Purpose of the key. If empty, the description of the type is used.
    pub description: &'static str,
    /// True if the table is invalid without this key.
    pub required: bool,
    /// Value of a missing key, as JSON text.
    pub default: Option<&'static str>,
    /// Schema of the value.
    pub schema: Schema,
}

impl Schema {
    /// Raises the minimum of an integer to `bound`; a higher minimum stays.
    ///
    /// # Panics
    /// If this is not an integer. As schemas are constants, that is a compile error.
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

    /// Lowers the maximum of an integer to `bound`; a lower maximum stays.
    ///
    /// # Panics
    /// If this is not an integer. As schemas are constants, that is a compile error.
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

    /// Sets the format of a string.
    ///
    /// # Panics
    /// If this is not a string. As schemas are constants, that is a compile error.
    #[must_use]
    pub const fn with_format(self, format: &'static str) -> Self {
        match self {
            Self::String { .. } => Self::String { format: Some(format) },
            _ => panic!("`format` is for strings only"),
        }
    }
}
