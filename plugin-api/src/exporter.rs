//! The exporter trait: writes the finished rows.

use crate::error::{Error, Result};
use crate::host::Host;
use crate::row::{Column, RowChunk};
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;

/// Writes finished rows. The host calls one method at a time, on a thread that may block.
///
/// An exporter that writes a file implements [`crate::output::FileFormat`] instead.
pub trait Exporter: Send + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Creates the exporter. Nothing is written yet.
    ///
    /// # Errors
    /// [`crate::Error::config`] when the config cannot work.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Returns the target of the rows. The host shows it, and rejects two exporters with one target.
    fn target(&self) -> Target;

    /// Makes the exporter replace an existing target, whatever its config says. The host calls it for `--force`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unsupported`] by default.
    fn replace_existing(&mut self) -> Result<()> {
        Err(Error::unsupported("replace_existing"))
    }

    /// Receives the columns of the whole output with their types: source columns, then output columns. Called once before
    /// [`Exporter::begin`] by hosts since version 0.3, as far as the columns are known. Rows may bring further columns.
    ///
    /// The default does nothing. A format with typed columns, such as Parquet, chooses its schema here.
    ///
    /// # Errors
    /// If a column cannot be written. The export fails before the first row.
    fn describe_columns(&mut self, columns: Vec<Column>) -> Result<()> {
        drop(columns);
        Ok(())
    }

    /// Starts the export with the columns known so far. Rows may bring further columns.
    fn begin(&mut self, columns: Vec<String>) -> impl Future<Output = Result<()>> + Send;

    /// Writes some rows, in order.
    fn write(&mut self, rows: RowChunk) -> impl Future<Output = Result<()>> + Send;

    /// Ends the export. Rows of an incomplete run must not replace an earlier result.
    fn finish(&mut self, mode: FinishMode) -> impl Future<Output = Result<ExportSummary>> + Send;
}

/// The target of an exporter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Target {
    /// A path or an address, for people.
    pub name: String,
    /// The path, if the target is a file.
    pub path: Option<String>,
    /// True if the target is the standard output.
    pub stdout: bool,
    /// True if the exporter replaces an existing file, false if it fails instead, `None` if it appends to the file or if that
    /// is unknown.
    ///
    /// Plugins built before version 0.3 of this crate always report `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<bool>,
    /// True if the export would replace an existing target that holds at least one row. `None` if that is unknown, or if
    /// no target exists.
    ///
    /// Plugins built before version 0.3 of this crate always report `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_rows: Option<bool>,
}

/// The way an export ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishMode {
    /// Every row was written.
    Complete,
    /// The run was stopped; rows are missing.
    Partial,
    /// The written rows are removed; an existing file is unchanged.
    Discard,
}

/// The result of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ExportSummary {
    /// The final path or address of the rows.
    pub location: String,
    /// Rows written.
    pub rows: u64,
    /// Bytes written, when known.
    pub bytes: Option<u64>,
}
