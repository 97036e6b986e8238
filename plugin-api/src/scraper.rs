//! The scraper trait: reads rows from a source.

use crate::error::{Error, ErrorKind, Result};
use crate::host::{Host, operation};
use crate::row::{Cell, ChunkBuilder, Column, RowChunk, repeated_name};
use crate::schema::ConfigSchema;
use rowsmith_abi::Buffer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows per chunk: large enough for a cheap crossing of the boundary, small enough to stream.
const CHUNK_ROWS: usize = 256;
/// Text size at which a chunk is sent early.
const CHUNK_BYTES: usize = 256 * 1024;
/// Size at which a chunk is sent early, the cells of wide tables included.
const MAX_CHUNK_BYTES: usize = 1 << 20;

/// Level of warnings in logs.
const WARNING: u32 = 2;

/// A source of rows.
///
/// The host runs [`Scraper::scrape`] on a separate thread, so it may block.
pub trait Scraper: Send + Sync + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Creates the scraper. Does not read from the source yet.
    ///
    /// # Errors
    /// [`Error::config`] if the config cannot work.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Sends all rows, in the source's order.
    fn scrape(&self, rows: &mut RowSink) -> impl Future<Output = Result<()>> + Send;

    /// Lists the items that can be scraped (capability `list`).
    fn list(&self) -> impl Future<Output = Result<Vec<Listing>>> + Send {
        async { Err(Error::unsupported("list")) }
    }

    /// Returns the files and folders that the scraper reads. The host refuses exporters that would overwrite them.
    ///
    /// The default is an empty list, which is right for sources that are not files. Paths are relative to the working
    /// directory or absolute; they do not have to exist.
    fn source_paths(&self) -> SourcePaths {
        SourcePaths::default()
    }

    /// Receives the end of the command, after the last exporter has finished. The default does nothing.
    ///
    /// A scraper that brings only new items writes its bookmark to [`Host::state_dir`] here, or during the scrape: the
    /// host keeps what was written there only if the ending is [`Ending::Complete`] and this method succeeds.
    fn finish(&self, _ending: Ending) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// The way a command ends for a scraper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// All rows of the source were read and exported, each with its answer. The state folder is kept.
    Complete,
    /// Rows are missing or failed, or nothing was exported, as in `plan`. Changes in the state folder are discarded.
    #[serde(other)]
    Incomplete,
}

/// Files and folders that a scraper reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct SourcePaths {
    /// Files that the scraper reads.
    pub files: Vec<PathBuf>,
    /// Folders whose files the scraper reads, subfolders included.
    pub folders: Vec<PathBuf>,
}

impl SourcePaths {
    /// One file; empty for `-`, the standard input.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let files = if path.as_os_str() == "-" { Vec::new() } else { vec![path] };
        Self { files, folders: Vec::new() }
    }
}

/// An item that a scraper can scrape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Value for the config.
    pub name: String,
    /// Short description; may be empty.
    #[serde(default)]
    pub about: String,
}

/// Sends a scraper's rows to the host; waits while the pipeline is full.
pub struct RowSink {
    host: Host,
    sink: u64,
    builder: ChunkBuilder,
    sent: u64,
    /// True after the warning about a repeated column.
    has_warned: bool,
}

impl RowSink {
    /// Creates a sink with the number that the host assigned.
    pub fn new(host: Host, sink: u64) -> Self {
        Self { host, sink, builder: ChunkBuilder::new(), sent: 0, has_warned: false }
    }

    /// Sends a row: a struct or a map whose fields are the columns.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] if the row is neither, [`ErrorKind::Cancelled`] if the host accepts no more rows.
    pub async fn send<T: Serialize + Sync + ?Sized>(&mut self, row: &T) -> Result<()> {
        self.builder.push(row).map_err(|e| e.with_context("row", (self.rows() + 1).to_string()))?;
        self.flush_if_full().await
    }

    /// Sends a row of names and cells.
    ///
    /// # Errors
    /// As [`RowSink::send`].
    pub async fn send_cells<'a>(&mut self, cells: impl IntoIterator<Item = (&'a str, Cell<'a>)> + Send) -> Result<()> {
        self.builder.push_cells(cells)?;
        self.flush_if_full().await
    }

    /// Announces the columns of all rows, with their types where they are known. Call it before the first row.
    ///
    /// Exporters then know the columns of the whole output in time, and a source without rows keeps its header.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for a repeated name, [`ErrorKind::Cancelled`] if the host accepts no rows.
    pub async fn announce_columns(&mut self, columns: &[Column]) -> Result<()> {
        let mut payload = self.sink.to_le_bytes().to_vec();
        serde_json::to_writer(&mut payload, columns)?;
        // An older host takes the columns from the rows.
        Error::optional(self.host.call(operation::ANNOUNCE_COLUMNS, Buffer::from(payload)).await).map(drop)
    }

    /// Sets the columns in advance, so that cells can be added to the builder by index.
    pub fn set_columns(&mut self, columns: Arc<[String]>) {
        if self.builder.is_empty() {
            self.builder = ChunkBuilder::with_columns(columns);
        }
    }

    /// Returns the builder of the rows that are not sent yet. Call [`RowSink::flush_if_full`] after each row.
    pub fn builder(&mut self) -> &mut ChunkBuilder {
        &mut self.builder
    }

    /// Number of rows so far, sent or not.
    pub fn rows(&self) -> u64 {
        self.sent + self.builder.len() as u64
    }

    /// Sends the rows if a chunk is full.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if the host accepts no more rows.
    pub async fn flush_if_full(&mut self) -> Result<()> {
        if let Some(column) = self.builder.take_repeated().filter(|_| !self.has_warned) {
            self.has_warned = true;
            let row = self.rows();
            let message = format!("row {row} has the column `{column}` more than once; the last value counts");
            self.host.services().log(WARNING, module_path!(), &message);
        }
        let is_long = self.builder.len() >= CHUNK_ROWS || self.builder.text_len() >= CHUNK_BYTES;
        if is_long || self.builder.size() >= MAX_CHUNK_BYTES { self.flush().await } else { Ok(()) }
    }

    /// Sends the rows now. Sources that pause call it before the pause.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if the host accepts no more rows.
    pub async fn flush(&mut self) -> Result<()> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let chunk = self.builder.take();
        self.sent += chunk.len() as u64;
        self.host.call(operation::EMIT_ROWS, encode_rows(self.sink, &chunk)?).await.map(drop)
    }
}

fn encode_rows(sink: u64, chunk: &RowChunk) -> Result<Buffer> {
    let mut out = Vec::with_capacity(chunk.size() + 128);
    out.extend_from_slice(&sink.to_le_bytes());
    chunk.encode_into(&mut out)?;
    Ok(Buffer::from(out))
}

/// Decodes the payload of [`operation::EMIT_ROWS`]: the number of the sink and the rows.
///
/// # Errors
/// If the bytes are not such a payload.
pub fn decode_rows(payload: &[u8]) -> Result<(u64, RowChunk)> {
    let (sink, rows) = split_sink(payload)?;
    Ok((sink, RowChunk::decode(rows)?))
}

/// Decodes the payload of [`operation::ANNOUNCE_COLUMNS`]: the number of the sink and the columns.
///
/// # Errors
/// If the bytes are not such a payload, or a name is repeated.
pub fn decode_columns(payload: &[u8]) -> Result<(u64, Vec<Column>)> {
    let (sink, columns) = split_sink(payload)?;
    let columns: Vec<Column> = serde_json::from_slice(columns)?;
    match repeated_name(columns.iter().map(|column| column.name.as_str())) {
        None => Ok((sink, columns)),
        Some(twice) => Err(Error::new(ErrorKind::InvalidData, format!("the scraper announced two columns `{twice}`"))),
    }
}

fn split_sink(payload: &[u8]) -> Result<(u64, &[u8])> {
    let (sink, rest) = payload
        .split_first_chunk::<8>()
        .ok_or_else(|| Error::new(ErrorKind::InvalidData, "the payload has no sink number"))?;
    Ok((u64::from_le_bytes(*sink), rest))
}
