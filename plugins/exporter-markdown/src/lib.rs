//! Writes rows to a Markdown table.
//!
//! The table is made to be read as it is, too: columns are as wide as the first rows need, and columns of numbers are
//! aligned to the right. Line ends inside of a cell become `<br>`.
#![forbid(unsafe_code)]

mod cell;
mod config;
mod layout;
mod writer;

pub use writer::MarkdownExporter;

rowsmith_plugin_api::export_plugin!(exporter: MarkdownExporter, name = "markdown", about = "Writes a Markdown table");
