//! Reads rows from a CSV file or the standard input.
//!
//! All cells are text. Nothing is guessed and nothing is dropped in silence: what does not fit is an error with its
//! line, unless the config says otherwise. Memory is bounded by the longest row.
#![forbid(unsafe_code)]

mod config;
mod encoding;
mod header;
mod input;
mod reader;
mod record;
mod source;
mod utf16;

pub use reader::CsvScraper;

rowsmith_plugin_api::export_plugin!(scraper: CsvScraper, name = "csv", about = "Reads a CSV file");
