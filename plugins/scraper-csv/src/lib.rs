//! Reads rows from a CSV file or the standard input.
//!
//! All cells are text. The dialect (delimiter, quote, escape) and the encoding are settings; a file that does not fit them is
//! an error with its line and the setting, before a row is sent if it is in the first 128 KiB. Rows of other lengths are errors,
//! unless the config allows them. Memory is bounded by the longest row.
#![forbid(unsafe_code)]

mod cells;
mod config;
mod decoding;
mod dialect;
mod encoding;
mod header;
mod likely;
mod parse;
mod preview;
mod reader;
mod records;
mod source;
mod text;

pub use reader::CsvScraper;

rowsmith_plugin_api::export_plugin!(scraper: CsvScraper, name = "csv", about = "Reads a CSV file");
