//! Shares the learned sizes between the calls of a run.

use super::calibration::Calibration;
use super::change::LearnedChange;
use super::rows_per_call::SizeChange;
use super::sizes::{CallSizes, Reaction, Sizes};
use crate::pipeline::prompt::Asked;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::completion::{Completion, FinishReason};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The sizes of a run.
#[derive(Debug)]
pub struct SizeLearner(Mutex<Sizes>);

impl SizeLearner {
    /// Creates a learner that starts with these sizes.
    pub fn new(sizes: Sizes) -> Self {
        Self(Mutex::new(sizes))
    }

    fn sizes(&self) -> MutexGuard<'_, Sizes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the output cap of a request and its estimated tokens. `resizes` counts the changes of the batch so far.
    pub fn fit(&self, asked: &mut Asked, resizes: u32) {
        let sizes = self.sizes();
        asked.sizes.resizes = resizes;
        sizes.fit(&mut asked.sizes);
        asked.request.max_output_tokens = asked.sizes.cap;
        asked.input_tokens = sizes.input_tokens(asked.sizes.chars);
        asked.max_output_tokens = asked.sizes.cap.unwrap_or_else(|| sizes.wanted(&asked.sizes));
    }

    /// Counts a call that is sent.
    pub fn sent(&self) {
        self.sizes().sent();
    }

    /// Learns from the error of a call.
    pub fn failed(&self, error: &Error, call: &CallSizes) -> Reaction {
        self.sizes().failed(error, call)
    }

    /// Learns from a response. Returns true if the answer was cut off by the cap, and the cap is larger from now on.
    pub fn answered(&self, completion: &Completion, call: &CallSizes) -> bool {
        self.sizes().answered(call, &completion.usage, completion.finish == FinishReason::Length)
    }

    /// Returns the characters of the rows of the largest prompt that should fit, if there is a limit.
    pub fn max_row_chars(&self) -> Option<usize> {
        self.sizes().max_row_chars()
    }

    /// Adds a change of the rows per call.
    pub fn rows_changed(&self, change: SizeChange) {
        self.sizes().rows_changed(change);
    }

    /// Returns what later runs start with.
    pub fn calibration(&self, rows_per_call: Option<usize>) -> Calibration {
        let mut calibration = self.sizes().calibration();
        calibration.question.rows_per_call = rows_per_call;
        calibration
    }

    /// Returns what changed, in order.
    pub fn changes(&self) -> Vec<LearnedChange> {
        self.sizes().changes().to_vec()
    }
}
