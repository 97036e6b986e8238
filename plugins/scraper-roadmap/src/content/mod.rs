//! From a topic's text to prose and links.
//!
//! The text is Markdown, as it is written by hand in the public repository, or HTML, as an editor makes it. What comes
//! out:
//!
//! - **prose** on one line: without headings, images, comments and marks of emphasis; links are reduced to their text,
//!   code is kept as text, items of a list are joined with `;`, paragraphs with a space; the list of resources and the
//!   line that announces it are left out;
//! - **links** in order of appearance, each once: the http and https addresses of all links outside code.
//!
//! Any text is accepted: what looks like a mark but is none stays as it is. Time grows with the length of the text, not
//! with what is in it.

mod announcement;
mod blocks;
mod emphasis;
mod entities;
mod html;
mod inline;
mod link;
mod markers;
mod pieces;
mod prose;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use text::{Content, read};
