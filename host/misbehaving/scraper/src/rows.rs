//! Rows that break the rules of scrapers.

use rowsmith_plugin_api::prelude::{Cell, Result, RowSink, Serialize};
use rowsmith_plugin_api::row::ChunkBuilder;
use std::ops::RangeInclusive;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    topic: String,
    description: String,
}

fn row(number: u64) -> Row {
    Row { topic: format!("Topic {number:04}"), description: format!("What to know of {number}") }
}

/// Sends valid rows.
pub(crate) async fn numbered(rows: &mut RowSink, numbers: RangeInclusive<u64>) -> Result<()> {
    for number in numbers {
        rows.send(&row(number)).await?;
    }
    Ok(())
}

/// Sends rows until the host returns an error.
pub(crate) async fn endless(rows: &mut RowSink) -> Result<()> {
    numbered(rows, 1..=u64::MAX).await
}

/// Sends rows and ignores the errors of the host.
pub(crate) async fn deaf(rows: &mut RowSink) -> Result<()> {
    for number in 1.. {
        drop(rows.send(&row(number)).await);
    }
    Ok(())
}

/// Sends all rows in one chunk.
pub(crate) async fn giant(rows: &mut RowSink, count: u64) -> Result<()> {
    rows.set_columns(["Topic".to_owned(), "Description".to_owned()].into());
    for _ in 0..count {
        rows.builder().cell_at(0, Cell::string("t"));
        rows.builder().end_row()?;
    }
    rows.flush().await
}

/// Sends two columns with one name.
pub(crate) async fn two_columns(rows: &mut RowSink) -> Result<()> {
    let columns = ["Topic".to_owned(), "Topic".to_owned()];
    *rows.builder() = ChunkBuilder::with_columns(columns.into());
    rows.builder().cell_at(0, Cell::string("first"));
    rows.builder().cell_at(1, Cell::string("second"));
    rows.builder().end_row()?;
    rows.flush().await
}
