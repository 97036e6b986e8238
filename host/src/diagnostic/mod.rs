//! Problems of a text that the user wrote, with their positions.
//!
//! The checks of the config return [`Diagnostic`]s, which are plain data; [`render`] converts them to text with the file,
//! the line and a caret. Nothing here reads files or prints.

pub mod code;
mod model;
mod printable;
mod render;

pub use model::{Diagnostic, Label, Severity, Span};
pub use printable::{printable, printable_but_colour, printable_json};
pub use render::render;
