//! Stage 7: a model's text to items. Pure.
//!
//! Reads what models really write: JSON alone, in code fences, in prose, behind a thinking block, with a
//! trailing comma, or cut off. Cut-off JSON is never repaired: only items that are closed in the text count.

mod answer;
mod element;
mod scanner;

pub use answer::{Fields, Item, Parsed, parse};
