//! The one form of a secret in a config, shared by the check and by the resolution.

use serde_json::Value;

/// The `format` that marks a value as a secret in a schema.
pub(super) const FORMAT: &str = "secret";
/// The keys of a reference.
pub(super) const KEYS: [&str; 2] = ["env", "file"];
/// What may stand in a secret's place, in words.
pub(super) const EXPECTED: &str = "a secret: `{ env = \"NAME\" }` or `{ file = \"path\" }`";

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SecretReference<'a> {
    /// The text stands in the config.
    Literal(&'a str),
    /// An environment variable holds it.
    Variable(&'a str),
    /// A file holds it.
    File(&'a str),
}

/// Reads a value as a reference to a secret; `None` when it is none, which the schema check reports.
pub(super) fn read(value: &Value) -> Option<SecretReference<'_>> {
    match value {
        Value::String(text) => Some(SecretReference::Literal(text)),
        Value::Object(table) if table.len() == 1 => {
            let (key, value) = table.iter().next()?;
            let name = value.as_str().filter(|name| !name.is_empty())?;
            match key.as_str() {
                "env" => Some(SecretReference::Variable(name)),
                "file" => Some(SecretReference::File(name)),
                _ => None,
            }
        }
        _ => None,
    }
}
