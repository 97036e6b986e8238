//! Stages 8 and 9: turns items into answers of rows. Pure.
//!
//! `documents` selects the documents of a response that count, `verdicts` validates their items, and `values` the values of
//! output columns.

mod documents;
mod values;
mod verdicts;

pub use verdicts::{Expected, Reconciled, Verdict, reconcile};
