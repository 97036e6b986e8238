//! What scrapers of files share: opening a file or the standard input, and finding what was meant.

mod near_names;
mod source;

pub use near_names::{listed, near_names};
pub use source::{Bytes, Opened, display_name, open};
