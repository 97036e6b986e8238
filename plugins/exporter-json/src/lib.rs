//! Writes rows to a JSON file: one array of objects.
//!
//! The file is valid JSON also without rows, and also when the run was stopped. A column that a row does not have is
//! left out of its object; null is written. Numbers keep their digits.
#![forbid(unsafe_code)]

mod config;
mod pretty;
mod writer;

pub use writer::JsonExporter;

rowsmith_plugin_api::export_plugin!(exporter: JsonExporter, name = "json", about = "Writes one JSON array of objects");
