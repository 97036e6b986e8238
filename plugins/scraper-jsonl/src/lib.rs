//! Reads rows from JSON Lines, from a JSON array, or from an array inside a JSON document.
//!
//! Lines and arrays are streamed: memory is bounded by the longest row. Numbers keep their digits. A value that is not an
//! object is an error with its line and column, unless the config allows it.
#![forbid(unsafe_code)]

mod array;
mod config;
mod cursor;
mod lines;
mod not_json;
mod pointer;
mod position;
mod reader;
mod records;
mod source;

pub use reader::JsonlScraper;

rowsmith_plugin_api::export_plugin!(scraper: JsonlScraper, name = "jsonl", about = "Reads JSON Lines or a JSON array");
