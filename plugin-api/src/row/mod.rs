//! Rows as they cross the boundary: chunks of cells in one run of text.
//!
//! A chunk holds the names of its columns once and the cells of many rows behind each other, so moving it
//! is a copy of bytes and reading a cell is a slice. `docs/decisions/0002-rows-at-the-boundary.md` has the
//! measurement that chose it.

mod builder;
mod cell;
mod chunk;
mod json;
mod serialize;

pub use builder::ChunkBuilder;
pub use cell::{Cell, CellKind};
pub use chunk::{RowChunk, RowView};
pub use json::add_cells;
