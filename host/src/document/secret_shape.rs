//! The notation of secrets in a config, shared by the schema check and the resolution.

use serde_json::Value;

/// The `format` that marks a value as a secret in a schema.
pub(super) const FORMAT: &str = "secret";
/// The keys of a reference.
pub(super) const KEYS: [&str; 2] = ["env", "file"];
/// The expected value, in words.
pub(super) const EXPECTED: &str = "a secret: `{ env = \"NAME\" }` or `{ file = \"path\" }`";

/// A secret in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SecretReference<'a> {
    /// The text itself.
    Literal(&'a str),
    /// Name of an environment variable.
    Variable(&'a str),
    /// Path of a file.
    File(&'a str),
}

/// Reads a secret; `None` for other values, which the schema check reports.
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
