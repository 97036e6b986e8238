//! Writes rows to a CSV file.
//!
//! Text that a spreadsheet would run as a formula is made harmless unless `formula_guard` is off. Arrays and objects
//! are written as their JSON text, null as nothing.
#![forbid(unsafe_code)]

mod config;
mod guard;
mod writer;

pub use writer::CsvExporter;

rowsmith_plugin_api::export_plugin!(exporter: CsvExporter, name = "csv", about = "Writes a CSV file");
