//! Where rows come from.

use crate::error::{Error, ErrorKind, Result};
use crate::host::{Host, operation};
use crate::row::{Cell, ChunkBuilder, RowChunk};
use crate::schema::ConfigSchema;
use rowsmith_abi::Buffer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows that leave together; big enough to make a crossing cheap, small enough to stream.
const CHUNK_ROWS: usize = 256;
/// A chunk leaves early when its text has reached this size.
const CHUNK_BYTES: usize = 256 * 1024;

/// A source of rows.
///
/// The host runs [`Scraper::scrape`] on a thread of its own, so it may block.
pub trait Scraper: Send + Sync + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Makes the scraper. Nothing is read from the source yet.
    ///
    /// # Errors
    /// [`Error::config`] when the config cannot work.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Sends all rows, in the source's order.
    fn scrape(&self, rows: &mut RowSink) -> impl Future<Output = Result<()>> + Send;

    /// Names what there is to scrape (capability `list`).
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

/// One thing that a scraper can scrape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// What to write into the config.
    pub name: String,
    /// A few words on it; may be empty.
    #[serde(default)]
    pub about: String,
}

/// Takes a scraper's rows; waits while the pipeline is full.
pub struct RowSink {
    host: Host,
    sink: u64,
    builder: ChunkBuilder,
    sent: u64,
}

impl RowSink {
    /// A sink whose rows go to the host under this number.
    pub fn new(host: Host, sink: u64) -> Self {
        Self { host, sink, builder: ChunkBuilder::new(), sent: 0 }
    }

    /// Sends one row: any struct or map; its fields are the columns.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] when the row is neither, [`ErrorKind::Cancelled`] when no more rows are wanted.
    pub async fn send<T: Serialize + Sync + ?Sized>(&mut self, row: &T) -> Result<()> {
        self.builder.push(row).map_err(|e| e.with_context("row", (self.rows() + 1).to_string()))?;
        self.flush_if_full().await
    }

    /// Sends one row from names and cells.
    ///
    /// # Errors
    /// As [`RowSink::send`].
    pub async fn send_cells<'a>(&mut self, cells: impl IntoIterator<Item = (&'a str, Cell<'a>)> + Send) -> Result<()> {
        self.builder.push_cells(cells)?;
        self.flush_if_full().await
    }

    /// Fixes the columns beforehand; the builder may then be filled by place.
    pub fn set_columns(&mut self, columns: Arc<[String]>) {
        if self.builder.is_empty() {
            self.builder = ChunkBuilder::with_columns(columns);
        }
    }

    /// The builder of the rows that are not sent yet; call [`RowSink::flush_if_full`] after each row.
    pub fn builder(&mut self) -> &mut ChunkBuilder {
        &mut self.builder
    }

    /// How many rows were taken so far.
    pub fn rows(&self) -> u64 {
        self.sent + self.builder.len() as u64
    }

    /// Hands the rows over when there are enough of them.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] when no more rows are wanted.
    pub async fn flush_if_full(&mut self) -> Result<()> {
        if self.builder.len() >= CHUNK_ROWS || self.builder.text_len() >= CHUNK_BYTES {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// Hands the rows over now: for sources that pause, so that nothing waits with them.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] when no more rows are wanted.
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

/// Reads the payload of [`operation::EMIT_ROWS`]: the sink's number and the rows.
///
/// # Errors
/// When the bytes are not such a message.
pub fn decode_rows(payload: &[u8]) -> Result<(u64, RowChunk)> {
    let (sink, rows) =
        payload.split_first_chunk::<8>().ok_or_else(|| Error::new(ErrorKind::InvalidData, "rows without a sink"))?;
    Ok((u64::from_le_bytes(*sink), RowChunk::decode(rows)?))
}
