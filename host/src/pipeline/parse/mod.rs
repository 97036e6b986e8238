//! Stage 7: turns a model's text into items. Pure.
//!
//! Accepts JSON alone, in code fences, in prose, after a model's thinking, with a trailing comma, or cut off. Cut-off JSON is
//! never repaired: only items that are complete in the text count. A response can hold several documents, for example a
//! draft and its correction; [`super::reconcile`] decides which of them counts.

mod answer;
mod element;
mod scanner;
mod thinking;

pub use answer::{Document, Fields, Item, parse, parse_cut_off};
