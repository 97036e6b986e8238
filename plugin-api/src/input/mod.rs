//! Helpers for scrapers of files: opens a file or the standard input, recognizes wide encodings, and suggests near names.

mod near_names;
mod source;
mod wide_text;

pub use near_names::{listed, near_names};
pub use source::{Bytes, Opened, display_name, open};
pub use wide_text::WideText;
