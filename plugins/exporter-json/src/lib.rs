//! Writes rows to a JSON file: one array of objects.
//!
//! The file is valid JSON without rows and after a stopped run too. A column that a row does not have is left out of its
//! object; null is written. Numbers keep their digits.
#![forbid(unsafe_code)]

mod config;
mod format;
mod pretty;

pub use format::Array;
use rowsmith_plugin_api::output::FileExporter;

/// The exporter of this plugin.
pub type JsonExporter = FileExporter<Array>;

rowsmith_plugin_api::export_plugin!(
    exporter: JsonExporter,
    name = "json",
    about = "Writes one JSON array of objects",
    extensions = ["json"],
);
