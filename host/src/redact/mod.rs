//! Removes secrets from everything that is printed or written.
//!
//! [`Redactor`] holds the secrets of a run and finds them in all encodings, and pieces of them. [`suspects`] recognizes values
//! that are probably secrets although no plugin declares them.

mod decode;
mod needles;
mod redactor;
pub mod suspects;

#[cfg(test)]
mod tests;

pub use redactor::{REDACTED, Redactor};
