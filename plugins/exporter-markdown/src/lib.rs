//! Writes rows to a Markdown table.
//!
//! The source of the table is readable too: columns are as wide as the first rows need, and columns of numbers are
//! aligned to the right. Line ends inside a cell become `<br>`.
#![forbid(unsafe_code)]

mod cell;
mod config;
mod format;
mod layout;

pub use format::Table;
use rowsmith_plugin_api::output::FileExporter;

/// The exporter of this plugin.
pub type MarkdownExporter = FileExporter<Table>;

rowsmith_plugin_api::export_plugin!(
    exporter: MarkdownExporter,
    name = "markdown",
    about = "Writes a Markdown table",
    extensions = ["md", "markdown"],
);
