//! Passes rows to a program in any language.
//!
//! The program starts with the export, receives the rows in chunks, and reports the location of the result at the end.
//! See `docs/exec-plugins.md` for the protocol.
#![forbid(unsafe_code)]

mod config;
mod exporter;

pub use exporter::ExecExporter;

rowsmith_plugin_api::export_plugin!(
    exporter: ExecExporter,
    name = "exec",
    about = "Passes rows to a program in any language",
    capabilities = ["record"]
);
