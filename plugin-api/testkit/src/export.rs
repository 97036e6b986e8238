//! Runs an exporter over rows.

use crate::{FakeHost, block_on};
use rowsmith_plugin_api::exporter::{Ending, ExportSummary};
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_api::{Exporter, Result};
use serde_json::Value;

/// Makes an exporter from its config, as JSON, and exports these rows (JSON objects) to the end of a complete run.
///
/// # Errors
/// The exporter's own; also when the config does not fit it.
pub fn export_rows<E: Exporter>(config: Value, rows: &[Value]) -> Result<ExportSummary> {
    let mut exporter = E::new(serde_json::from_value(config)?, FakeHost::default().host())?;
    let mut builder = ChunkBuilder::new();
    rows.iter().try_for_each(|row| builder.push(row))?;
    let chunk = builder.take();
    block_on(async {
        exporter.begin(chunk.columns().to_vec()).await?;
        exporter.write(chunk).await?;
        exporter.finish(Ending::Complete).await
    })
}
