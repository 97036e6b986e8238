//! Selects the reader for a text.

use super::builder::ContentBuilder;
use super::extracted::Content;
use super::{html, markdown};

/// Reads a text that is Markdown or HTML.
pub(crate) fn read(text: &str) -> Content {
    // The Markdown parser does not treat both kinds of line ends alike inside code spans.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut builder = ContentBuilder::default();
    if html::is_document(&text) {
        html::read(&text, html::UnknownTags::Skip, &mut builder);
    } else {
        markdown::read(&text, &mut builder);
    }
    builder.finish()
}
