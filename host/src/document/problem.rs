//! What a schema check finds.

/// One way in which a value breaks its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer from the value that was checked. For keys, this is the table, or the unknown key itself.
    pub pointer: String,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// The ways to break a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The last step of the pointer is a key that its table does not have.
    UnknownKey {
        /// The keys that the table has.
        known: Vec<String>,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// The table at the pointer has no such key, though it must.
    MissingKey {
        /// The missing key.
        key: String,
    },
    /// The value is of another type.
    WrongType {
        /// The types it may have, in words: `a string or an array`.
        expected: String,
        /// The type it has, in words.
        found: String,
    },
    /// The value is not one of the few allowed ones.
    NotInEnum {
        /// What is allowed.
        allowed: Vec<String>,
        /// What it is.
        found: String,
        /// The value that was probably meant.
        nearest: Option<String>,
    },
    /// The value breaks a limit.
    OutOfRange {
        /// What it has to be, in words that follow "must": `be at least 1`.
        rule: String,
    },
    /// The value is no reference to a secret.
    NotASecret {
        /// What is wrong with it, in words that follow its name.
        reason: String,
    },
    /// The schema itself cannot be used.
    BadSchema {
        /// What is wrong with it.
        reason: String,
    },
}
