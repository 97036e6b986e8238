//! What is wrong with a text the user wrote, and how it is shown.
//!
//! The checks of the config make [`Diagnostic`]s, which are plain data; [`render`] turns them into the text that a
//! person reads, with the file, the line and a caret. Nothing here reads files or prints.

pub mod code;
mod model;
mod printable;
mod render;

pub use model::{Diagnostic, Label, Severity, Span};
pub use printable::{printable, printable_but_colour};
pub use render::render;
