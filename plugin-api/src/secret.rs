//! Secrets in a plugin's config.

use crate::schema::{ConfigSchema, Schema};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A key or password in a plugin's config.
///
/// The config contains a reference (`{ env = "NAME" }` or `{ file = "path" }`). The host resolves it, and redacts the text
/// in everything that it prints.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Creates a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for the code that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl ConfigSchema for Secret {
    const SCHEMA: Schema = Schema::String { format: Some("secret") };
}
