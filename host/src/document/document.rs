//! A parsed config file with its text, for diagnostics that point into it.

use serde_json::Value;

use super::{Spans, convert};
use crate::diagnostic::{Diagnostic, Span, render};

/// One parsed config file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name of the file in messages.
    pub name: String,
    /// The parsed text, without a byte order mark.
    pub text: String,
    /// The values; always an object. Dates are strings.
    pub value: Value,
    /// Positions of the keys and values in `text`.
    pub spans: Spans,
}

impl Document {
    /// Parses `text`.
    ///
    /// # Errors
    /// All lines that are not TOML, and all values that a config cannot hold.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Vec<Diagnostic>> {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let (value, spans) = convert::document(&text)?;
        Ok(Self { name: name.into(), text, value, spans })
    }

    /// Returns the value at a JSON pointer.
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// Returns the text at `span`; empty when the span is outside of the text.
    pub fn source(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Renders `diagnostics` about this document.
    pub fn render(&self, diagnostics: &[Diagnostic], color: bool) -> String {
        render(&self.name, &self.text, diagnostics, color)
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
