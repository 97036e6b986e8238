//! Files of a run: checks before the first call, and temporary files.

pub mod leftovers;
mod uses;

pub(crate) use uses::resolved;
pub use uses::{FileUse, conflict, unwritable};
