//! Writes rows to one self-contained HTML page: no script, no style sheet, no network.
#![forbid(unsafe_code)]

mod cell;
mod page;

pub use page::Page;
use rowsmith_plugin_api::output::{FileExporter, OutputOptions};
use rowsmith_plugin_api::prelude::*;

/// Settings of the page.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    output: OutputOptions,
    /// Title of the page.
    #[config(default = "Rows")]
    title: String,
}

/// The exporter of this plugin.
pub type Html = FileExporter<Page>;

export_plugin!(exporter: Html, name = "html", about = "Writes one HTML page");
