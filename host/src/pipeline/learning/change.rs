//! A change of a size, for the report.

use serde::Serialize;

/// A size that changed during a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LearnedChange {
    /// Name of the size, such as `output_cap` or `rows_per_call`.
    pub what: &'static str,
    /// Value before; null if there was none.
    pub from: Option<u64>,
    /// Value after; null if the size is no longer sent.
    pub to: Option<u64>,
    /// The cause, for people.
    pub reason: String,
    /// Calls that had been sent when the size changed.
    pub at_call: u64,
}
