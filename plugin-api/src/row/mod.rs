//! Rows at the plugin boundary: chunks of cells in one contiguous text.
//!
//! A chunk stores the names of its columns once and the cells of many rows in sequence. Moving it copies bytes, and
//! reading a cell is a slice. `docs/decisions/0002-rows-at-the-boundary.md` has the measurement behind this format.

mod builder;
mod cell;
mod chunk;
mod column;
mod json;
mod names;
mod serialize;

pub use builder::ChunkBuilder;
pub use cell::{Cell, CellKind};
pub use chunk::{RowChunk, RowView};
pub use column::{Column, ColumnOrigin, ColumnType, repeated_name};
pub use json::add_cells;
