//! A config file that was parsed, with its text at hand for messages that point into it.

use serde_json::Value;

use super::{Spans, convert};
use crate::diagnostic::{Diagnostic, Span, render};

/// One parsed config file.
#[derive(Clone, Debug)]
pub struct Document {
    /// What the file is called in messages.
    pub name: String,
    /// The text that was parsed, without a byte order mark.
    pub text: String,
    /// What it says; always an object. Dates are strings.
    pub value: Value,
    /// Where each key and value stands in `text`.
    pub spans: Spans,
}

impl Document {
    /// Parses `text`.
    ///
    /// # Errors
    /// Each line that is not TOML, and each value that a config cannot hold, with its place.
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Vec<Diagnostic>> {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let (value, spans) = convert::document(&text)?;
        Ok(Self { name: name.into(), text, value, spans })
    }

    /// The value at a JSON pointer.
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The text at `span`; empty when there is no such place.
    pub fn source(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Shows `diagnostics` about this document.
    pub fn render(&self, diagnostics: &[Diagnostic], color: bool) -> String {
        render(&self.name, &self.text, diagnostics, color)
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
