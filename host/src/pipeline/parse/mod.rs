//! Stage 7: turns a model's text into items. Pure.
//!
//! Accepts JSON alone, in code fences, in prose, after a thinking block, with a trailing comma, or cut off. Cut-off JSON is
//! never repaired: only items that are complete in the text count.

mod answer;
mod element;
mod scanner;

pub use answer::{Fields, Item, Parsed, parse};
