//! Reads rows from a CSV file or the standard input.
//!
//! All cells are text. Data that does not fit is an error with its line, unless the config allows it. Memory is bounded
//! by the longest row.
#![forbid(unsafe_code)]

mod config;
mod decoding;
mod encoding;
mod header;
mod input;
mod reader;
mod record;
mod source;

pub use reader::CsvScraper;

rowsmith_plugin_api::export_plugin!(scraper: CsvScraper, name = "csv", about = "Reads a CSV file");
