//! Runs an exporter over rows.

use crate::{FakeHost, block_on};
use rowsmith_plugin_api::exporter::{ExportSummary, FinishMode};
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_api::{Exporter, Result};
use serde_json::Value;

/// Creates an exporter from a JSON config and exports rows (JSON objects), as a complete run does.
///
/// # Errors
/// The exporter's own, or an invalid config.
pub fn export_rows<E: Exporter>(config: Value, rows: &[Value]) -> Result<ExportSummary> {
    let mut exporter = E::new(serde_json::from_value(config)?, FakeHost::default().host())?;
    let mut builder = ChunkBuilder::new();
    rows.iter().try_for_each(|row| builder.push(row))?;
    let chunk = builder.take();
    block_on(async {
        exporter.begin(chunk.columns().to_vec()).await?;
        exporter.write(chunk).await?;
        exporter.finish(FinishMode::Complete).await
    })
}
