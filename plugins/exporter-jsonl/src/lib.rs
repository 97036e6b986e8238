//! Writes rows to a JSON Lines file: one object a line.
//!
//! A column that a row does not have is left out of its object; null is written. Numbers keep their digits.
#![forbid(unsafe_code)]

mod config;
mod writer;

pub use writer::JsonlExporter;

rowsmith_plugin_api::export_plugin!(exporter: JsonlExporter, name = "jsonl", about = "Writes one JSON object a line");
