//! Exporters that write a file: options, target, columns, and a file that appears complete or not at all.
//!
//! A plugin implements [`FileFormat`], which turns rows into bytes, and exports [`FileExporter`] of it. The exporter
//! writes to a temporary file beside the target and renames it at the end, so an earlier result survives a failed run.
//! [`OutputFile`] can be used alone.

mod append;
mod columns;
mod deferred;
mod destination;
mod file;
mod file_exporter;
mod format;
mod options;
mod stream;
mod widen;

#[cfg(test)]
mod tests;

pub use crate::files::{process_has_ended, remove_temporary_files};
pub use append::EarlierRows;
pub use columns::Rows;
pub use file::{OutputFile, OutputWriter, Written};
pub use file_exporter::FileExporter;
pub use format::{FileFormat, LateColumns, TableLines};
pub use options::{IfExists, OutputOptions};
