//! What exporters that write a file share: where it goes, how it appears whole or not at all, and which columns
//! it has.
//!
//! An exporter of this kind is a [`Format`] inside a [`FileExporter`]: the format turns rows into bytes, the
//! exporter does the rest; a [`FileFormat`] makes a plugin of both. A file grows under a temporary name beside its
//! target and takes the target's name at the end, so that a run that fails leaves an earlier result as it was.
//! [`OutputFile`] can be used alone.

mod columns;
mod export;
mod file;
mod file_format;
mod format;
mod options;
mod place;
mod temporary;
mod widen;

#[cfg(test)]
mod tests;

pub use columns::Rows;
pub use export::FileExporter;
pub use file::{OutputFile, Written};
pub use file_format::FileFormat;
pub use format::{Format, TableLines};
pub use options::{IfExists, OutputOptions};
