//! Writes rows to a JSON Lines file: one object per line.
//!
//! A column that a row does not have is left out of its object; null is written. Numbers keep their digits.
#![forbid(unsafe_code)]

mod config;
mod earlier;
mod format;

pub use format::Lines;
use rowsmith_plugin_api::output::FileExporter;

/// The exporter of this plugin.
pub type JsonlExporter = FileExporter<Lines>;

rowsmith_plugin_api::export_plugin!(
    exporter: JsonlExporter,
    name = "jsonl",
    about = "Writes one JSON object a line",
    capabilities = ["append"],
    extensions = ["jsonl", "ndjson"],
);
