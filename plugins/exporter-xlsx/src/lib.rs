//! Writes rows to a sheet of an Excel workbook.
//!
//! Text is text, and never a formula or a link. Numbers and booleans are typed; an integer of more than 15 digits is text,
//! because Excel keeps no more digits of a number. Lists are joined, objects are JSON text, null is an empty cell. The
//! header is bold and frozen.
//!
//! Rows are kept in a temporary file until the end, so that later rows can bring columns, and the sheet is written row by
//! row. Memory does not grow with the number of rows.
#![forbid(unsafe_code)]

mod cell;
mod config;
mod earlier;
mod failure;
mod format;
mod limits;
mod sheet;
mod widths;

pub use format::Xlsx;
use rowsmith_plugin_api::output::FileExporter;

/// The exporter of this plugin.
pub type XlsxExporter = FileExporter<Xlsx>;

rowsmith_plugin_api::export_plugin!(
    exporter: XlsxExporter,
    name = "xlsx",
    about = "Writes an Excel workbook",
    extensions = ["xlsx"],
);
