//! A format that is a plugin by itself.

use super::export::FileExporter;
use super::format::Format;
use super::options::OutputOptions;
use crate::error::Result;
use crate::exporter::{Ending, ExportSummary, Exporter, Target};
use crate::host::Host;
use crate::row::RowChunk;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;

/// A [`Format`] with a config: all that an exporter of files has to add to [`FileExporter`].
///
/// With it, `FileExporter<F>` is an [`Exporter`] and can be exported as it is:
/// `export_plugin!(exporter: FileExporter<Blocks>, name = "blocks", about = "…");`
pub trait FileFormat: Format + Sized {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Makes the format, and says where its file goes.
    ///
    /// # Errors
    /// [`crate::Error::config`] when the config cannot work.
    fn open(config: Self::Config) -> Result<(OutputOptions, Self)>;
}

impl<F: FileFormat> Exporter for FileExporter<F> {
    type Config = F::Config;

    fn new(config: F::Config, _host: Host) -> Result<Self> {
        let (options, format) = F::open(config)?;
        Self::new(options, format)
    }

    fn target(&self) -> Target {
        self.target()
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        self.begin(&columns)
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        self.write(&rows)
    }

    async fn finish(&mut self, ending: Ending) -> Result<ExportSummary> {
        self.finish(ending)
    }
}
