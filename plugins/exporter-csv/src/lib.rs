//! Writes rows to a CSV file.
//!
//! Text that a spreadsheet would run as a formula gets a `'` in front unless `formula_guard` is off. Arrays and objects
//! are written as JSON text, null as an empty cell.
#![forbid(unsafe_code)]

mod config;
mod earlier;
mod format;
mod guard;

pub use format::Csv;
use rowsmith_plugin_api::output::FileExporter;

/// The exporter of this plugin.
pub type CsvExporter = FileExporter<Csv>;

rowsmith_plugin_api::export_plugin!(
    exporter: CsvExporter,
    name = "csv",
    about = "Writes a CSV file",
    capabilities = ["append"],
    extensions = ["csv"],
);
