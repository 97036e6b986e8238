//! Files: checks before the first call, temporary files and folders, and bounded reads of regular files.

pub mod leftovers;
pub mod private_folder;
pub mod regular;
mod uses;

pub(crate) use uses::resolved;
pub use uses::{FileUse, conflict, unwritable};
