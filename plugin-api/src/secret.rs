//! Text that must not be shown.

use crate::schema::{ConfigSchema, Schema};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A key or password in a plugin's config. The config names where it is (`{ env = "NAME" }` or
/// `{ file = "path" }`); the host reads it and hands over the text, and keeps it out of all it prints.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// A secret of the given text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
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
