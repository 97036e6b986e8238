//! The result of a batch.

use crate::pipeline::batch::Batch;
use crate::pipeline::equal_texts::EqualText;
use crate::pipeline::question::Question;
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::row_failure::RowFailure;
use rowsmith_plugin_api::Error;
use std::time::Duration;

/// The end of a batch.
#[derive(Debug, PartialEq)]
pub enum BatchEnd {
    /// There is a verdict for every question.
    Validated {
        /// The verdicts, in the order of the questions.
        verdicts: Vec<Verdict>,
        /// True if the call failed as a whole, so that its unresolved rows go into smaller calls.
        whole: bool,
        /// Valid answers with the same text, which are not stored yet.
        suspected: Option<EqualText>,
    },
    /// The service gave no response within the allowed retries.
    Unanswered(Error),
    /// The run stopped before the call, or the provider cannot be used.
    NotAsked,
    /// Other processes are asking the questions.
    Deferred,
}

impl BatchEnd {
    /// Gives every row of a call the same failure.
    pub(super) fn failed(failure: RowFailure, rows: usize) -> Self {
        Self::Validated { verdicts: vec![Err(failure); rows], whole: true, suspected: None }
    }
}

/// A batch that has ended.
#[derive(Debug)]
pub struct FinishedBatch {
    /// The batch, with the number of calls per question updated.
    pub batch: Batch,
    /// The end of the batch.
    pub end: BatchEnd,
    /// Calls made.
    pub attempts: u32,
    /// Duration, waiting included.
    pub took: Duration,
    /// The error that prevented the answers from being stored.
    pub not_stored: Option<Error>,
    /// Questions that other processes are asking.
    pub deferred: Vec<Question>,
}
