//! Reads rows from JSON Lines, from one JSON array, or from an array inside of a JSON document.
//!
//! Lines and arrays are streamed: memory is bounded by the longest row. Numbers keep their digits. What is no row is an
//! error with its line and column, unless the config says otherwise.
#![forbid(unsafe_code)]

mod array;
mod config;
mod cursor;
mod lines;
mod place;
mod pointer;
mod reader;
mod records;
mod source;

pub use reader::JsonlScraper;

rowsmith_plugin_api::export_plugin!(scraper: JsonlScraper, name = "jsonl", about = "Reads JSON Lines or a JSON array");
