//! Writes rows to one HTML page that needs nothing else: no script, no style sheet, no network.
#![forbid(unsafe_code)]

mod cell;
mod page;

use page::Page;
use rowsmith_plugin_api::output::{FileExporter, IfExists, OutputOptions};
use rowsmith_plugin_api::prelude::*;

/// How the page is written.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file; `-` is the standard output. Its folder is made when it is missing.
    path: String,
    /// The page's title.
    #[serde(default = "default_title")]
    #[config(default = "\"Rows\"")]
    title: String,
    /// Exactly these columns, in this order. Without it: all, in the order in which they appear.
    columns: Option<Vec<String>>,
    /// What happens when the file exists: `replace` (once the new one is complete) or `fail`.
    #[serde(default)]
    #[config(default = "\"replace\"")]
    if_exists: IfExists,
}

fn default_title() -> String {
    "Rows".to_owned()
}

/// Writes one page. The temporary file, the rename and late columns are the [`FileExporter`]'s.
#[derive(Debug)]
pub struct Html(FileExporter<Page>);

impl Exporter for Html {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        let page = Page::new(&config.title);
        let output = OutputOptions { path: config.path, columns: config.columns, if_exists: config.if_exists };
        FileExporter::new(output, page).map(Self)
    }

    fn target(&self) -> Target {
        self.0.target()
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        self.0.begin(&columns)
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        self.0.write(&rows)
    }

    async fn finish(&mut self, ending: Ending) -> Result<ExportSummary> {
        self.0.finish(ending)
    }
}

export_plugin!(exporter: Html, name = "html", about = "Writes one HTML page");
