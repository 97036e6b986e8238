//! Formats of printed data.

use crate::diagnostic::printable_json;
use clap::ValueEnum;
use serde_json::Value;

/// Format of printed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// Text for reading.
    #[default]
    Human,
    /// JSON.
    Json,
}

/// Returns indented JSON for a terminal.
pub(super) fn pretty(value: &Value) -> String {
    printable_json(&serde_json::to_string_pretty(value).unwrap_or_default()).into_owned()
}
