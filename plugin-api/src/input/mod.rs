//! Helpers for scrapers of files: opens a file or the standard input, and suggests near names.

mod near_names;
mod source;

pub use near_names::{listed, near_names};
pub use source::{Bytes, Opened, display_name, open};
