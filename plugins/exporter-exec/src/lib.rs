//! Hands rows to a program of any language.
//!
//! The program is started when the export begins, gets the rows in groups, and says where the result is when it is told
//! how the run ended. See `docs/exec-plugins.md` for the conversation.
#![forbid(unsafe_code)]

mod config;
mod exporter;

pub use exporter::ExecExporter;

rowsmith_plugin_api::export_plugin!(
    exporter: ExecExporter,
    name = "exec",
    about = "Hands rows to a program of any language"
);
