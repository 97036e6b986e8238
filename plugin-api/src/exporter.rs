//! Where rows go.

use crate::error::Result;
use crate::host::Host;
use crate::row::RowChunk;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;

/// A sink of finished rows. The host calls one method at a time, on a thread where blocking is fine.
pub trait Exporter: Send + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Makes the exporter. Nothing is written yet.
    ///
    /// # Errors
    /// [`crate::Error::config`] when the config cannot work.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Where the rows will be, for messages, and to find two exporters with one target.
    fn target(&self) -> Target;

    /// Begins; `columns` are those known so far. Rows may bring further ones.
    fn begin(&mut self, columns: Vec<String>) -> impl Future<Output = Result<()>> + Send;

    /// Takes some rows, in order.
    fn write(&mut self, rows: RowChunk) -> impl Future<Output = Result<()>> + Send;

    /// Ends. When the run was not completed, what there is must not take the place of an earlier result.
    fn finish(&mut self, ending: Ending) -> impl Future<Output = Result<ExportSummary>> + Send;
}

/// Where an exporter writes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Target {
    /// A path or an address, for people.
    pub name: String,
    /// The file, when it is one.
    pub path: Option<String>,
    /// Whether it is the standard output.
    pub stdout: bool,
}

/// How a run ended, for an exporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every row was written.
    Complete,
    /// The run was stopped; rows are missing.
    Partial,
    /// Nothing of it is wanted.
    Discard,
}

/// What an exporter has written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ExportSummary {
    /// Where it is now.
    pub location: String,
    /// Rows written.
    pub rows: u64,
    /// Bytes written, when known.
    pub bytes: Option<u64>,
}
