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
    Number {
        /// Minimum value, as JSON text.
        minimum: Option<&'static str>,
        /// Maximum value, as JSON text.
        maximum: Option<&'static str>,
    },
    /// A duration with units, as [`parse_duration`](crate::duration::parse_duration) reads it.
    Duration {
        /// Minimum duration, for example `1s`.
        minimum: Option<&'static str>,
        /// Maximum duration.
        maximum: Option<&'static str>,
    },
    /// Text.
    String {
        /// Meaning of the text, for example `uri` or `secret`; it is not validated.
        format: Option<&'static str>,
    },
    /// One of the given names.
    Enum(&'static [&'static str]),
    /// A list of items with one schema.
    Array(&'static Self),
    /// A list of a fixed number of items with one schema.
    FixedArray {
        /// Schema of the items.
        items: &'static Self,
        /// Number of items.
        length: usize,
    },
    /// A list with one schema for each item.
    Tuple(&'static [Self]),
    /// A table with arbitrary keys and values of one schema.
    Map(&'static Self),
    /// A table with known keys only.
    Object(&'static ObjectSchema),
    /// A table whose keys depend on the value of one of them.
    Tagged(&'static TaggedSchema),
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

/// The schema of a table with variants. A key, the tag, names the variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaggedSchema {
    /// Purpose of the table; may be empty.
    pub description: &'static str,
    /// Name of the tag.
    pub tag: &'static str,
    /// The variants, in source order.
    pub variants: &'static [VariantSchema],
}

/// One variant of a table with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantSchema {
    /// Value of the tag.
    pub name: &'static str,
    /// Purpose of the variant; may be empty.
    pub description: &'static str,
    /// The keys beside the tag, in source order.
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
