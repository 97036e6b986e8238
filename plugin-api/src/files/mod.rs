//! Files that other users or programs may have prepared: no link at a temporary name is followed, no pipe is waited for,
//! and no file is read without a limit.
//!
//! [`TemporaryFile`] creates files, [`open_regular`] and [`read_regular`] read them, [`open_lock`] opens a file to lock,
//! and [`SourceFolder`] reads the files of a folder and nothing outside of it.

mod file_lock;
mod regular;
mod source_folder;
mod temporary;

#[cfg(test)]
mod tests;

pub use regular::{open_lock, open_regular, read_regular};
pub use source_folder::SourceFolder;
pub use temporary::{TemporaryFile, process_has_ended, remove_abandoned, remove_temporary_files, write_private};
