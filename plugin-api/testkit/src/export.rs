//! Runs an exporter over rows.

use crate::{FakeHost, block_on};
use rowsmith_plugin_api::exporter::{ExportSummary, FinishMode};
use rowsmith_plugin_api::row::{ChunkBuilder, RowChunk};
use rowsmith_plugin_api::{Error, ErrorKind, Exporter, Result};
use serde_json::{Value, json};
use std::fs;

/// Creates an exporter from a JSON config and exports rows (JSON objects), as a complete run does.
///
/// # Errors
/// The exporter's own, or an invalid config.
pub fn export_rows<E: Exporter>(config: Value, rows: &[Value]) -> Result<ExportSummary> {
    let chunk = chunk(rows)?;
    export::<E>(config, chunk.columns().to_vec(), vec![chunk], FinishMode::Complete)
}

/// Creates an exporter from a JSON config and exports chunks of rows (JSON objects) after these columns.
///
/// # Errors
/// The exporter's own, or an invalid config.
pub fn export_chunks<E: Exporter>(
    config: Value,
    columns: &[&str],
    chunks: &[Vec<Value>],
    mode: FinishMode,
) -> Result<ExportSummary> {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    let chunks = chunks.iter().map(|rows| chunk(rows)).collect::<Result<_>>()?;
    export::<E>(config, columns, chunks, mode)
}

/// Exports chunks of rows to a new file, whose path is added to `options`, and returns its bytes.
///
/// # Errors
/// The exporter's own, or an invalid config.
///
/// # Panics
/// If the summary differs from the file, or the exporter leaves another file beside it.
pub fn export_to_file<E: Exporter>(options: &Value, columns: &[&str], chunks: &[Vec<Value>]) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::new(ErrorKind::Io, format!("the file of the test: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("out").join("rows.out");
    let mut config = options.clone();
    config["path"] = json!(path);
    let summary = export_chunks::<E>(config, columns, chunks, FinishMode::Complete)?;
    let bytes = fs::read(&path).map_err(failed)?;
    assert_eq!(summary.bytes, Some(bytes.len() as u64), "bytes of the summary");
    assert_eq!(summary.rows, chunks.iter().map(|rows| rows.len() as u64).sum::<u64>(), "rows of the summary");
    assert_eq!(fs::read_dir(folder.path().join("out")).map_err(failed)?.count(), 1, "files in the folder");
    Ok(bytes)
}

fn chunk(rows: &[Value]) -> Result<RowChunk> {
    let mut builder = ChunkBuilder::new();
    rows.iter().try_for_each(|row| builder.push(row))?;
    Ok(builder.take())
}

fn export<E: Exporter>(
    config: Value,
    columns: Vec<String>,
    chunks: Vec<RowChunk>,
    mode: FinishMode,
) -> Result<ExportSummary> {
    let mut exporter = E::new(serde_json::from_value(config)?, FakeHost::default().host())?;
    block_on(async {
        exporter.begin(columns).await?;
        for chunk in chunks {
            exporter.write(chunk).await?;
        }
        exporter.finish(mode).await
    })
}
