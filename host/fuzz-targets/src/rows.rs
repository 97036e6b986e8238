//! Decodes rows as a plugin sends them.
//!
//! Properties: an accepted chunk encodes to the bytes that it was decoded from; every cell has a value of its declared
//! kind; a shortened chunk is valid.

use rowsmith_plugin_api::RowChunk;
use rowsmith_plugin_api::row::{Cell, CellKind, RowView};
use serde_json::Value;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(mut chunk) = RowChunk::decode(bytes) else { return };
    let written = chunk.encode().expect("a decoded chunk can be encoded");
    assert!(bytes.starts_with(&written), "other bytes than were decoded");
    assert_eq!(RowChunk::decode(&written).as_ref(), Ok(&chunk));
    for row in chunk.iter() {
        row.cells().for_each(|(_, cell)| check(cell));
        assert!(row.object().len() <= chunk.columns().len());
    }

    let kept = chunk.len() / 2;
    let rows: Vec<_> = chunk.iter().take(kept).map(RowView::object).collect();
    chunk.truncate(kept);
    let shorter = RowChunk::decode(&chunk.encode().expect("a shortened chunk can be encoded"))
        .expect("a shortened chunk can be decoded");
    assert_eq!(shorter.iter().map(RowView::object).collect::<Vec<_>>(), rows);
}

fn check(cell: Cell<'_>) {
    let parsed = serde_json::from_str::<Value>(&cell.json());
    let Ok(value) = parsed else { panic!("a {:?} that is not JSON: {:?}", cell.kind, cell.text) };
    assert_eq!(value, cell.value());
    let fits = match cell.kind {
        CellKind::Absent | CellKind::Null => value.is_null(),
        CellKind::False | CellKind::True => value.is_boolean(),
        CellKind::Number => value.is_number(),
        CellKind::String => value == cell.text,
        CellKind::Json => value.is_array() || value.is_object(),
    };
    assert!(fits, "a {:?} that is {value}", cell.kind);
}
