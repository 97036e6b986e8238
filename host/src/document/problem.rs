//! Results of a schema check.

/// One violation of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer from the checked value: the value itself, the table of a missing key, or the unknown key.
    pub pointer: String,
    /// The violation.
    pub kind: ProblemKind,
}

/// The kinds of violations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The table has no such key. The key is the last segment of the pointer.
    UnknownKey {
        /// The keys of the table.
        known: Vec<String>,
        /// The most similar key.
        nearest: Option<String>,
    },
    /// The table lacks a required key.
    MissingKey {
        /// The missing key.
        key: String,
    },
    /// The table lacks the key that names its variant.
    MissingTag {
        /// The missing key.
        key: String,
        /// The names of the variants.
        allowed: Vec<String>,
    },
    /// The variant of the table has no such key, and other variants have it.
    KeyOfOtherVariant {
        /// The key that names the variant.
        tag: String,
        /// The variants with the key.
        variants: Vec<String>,
    },
    /// The value has another type.
    WrongType {
        /// The expected types, in words: `a string or an array`.
        expected: String,
        /// The type of the value, in words.
        found: String,
    },
    /// The value is not in the list of allowed values.
    NotInEnum {
        /// The allowed values.
        allowed: Vec<String>,
        /// The value.
        found: String,
        /// The most similar allowed value.
        nearest: Option<String>,
    },
    /// The value violates a limit.
    OutOfRange {
        /// The limit, in words that follow "must": `be at least 1`.
        rule: String,
    },
    /// The value is not a reference to a secret.
    NotASecret {
        /// The reason, in words that follow the name of the value.
        reason: String,
    },
    /// The schema is invalid.
    BadSchema {
        /// The reason.
        reason: String,
    },
}
