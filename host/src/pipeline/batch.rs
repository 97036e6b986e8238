//! Stage 4: groups questions into calls. Pure.
//!
//! Questions wait until they fill a call, so N questions make ⌈`N/max_rows`⌉ calls. A token limit per call can make calls
//! smaller, never larger.

use super::question::Question;
use crate::settings::BatchSettings;
use serde::Serialize;
use std::collections::VecDeque;
use std::num::NonZeroUsize;

/// Estimated characters per token; providers report the true count after a call.
pub const CHARS_PER_TOKEN: usize = 4;
/// Characters that a row costs besides its own text: id, tag, braces.
const ROW_OVERHEAD_CHARS: usize = 48;

/// The step of the fallback that a call belongs to, in the order of escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A batch that is asked for the first time.
    First,
    /// Unresolved rows of several calls, packed together.
    Repack,
    /// A part of a batch that failed as a whole.
    Halve,
    /// A row on its own, the last step.
    Single,
    /// A resolved row that is asked again on its own, for comparison.
    Audit,
}

/// The questions of one call.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The questions, in the order of the prompt.
    pub questions: Vec<Question>,
    /// The step of the fallback.
    pub stage: Stage,
}

impl Batch {
    /// Returns the bytes of the rows.
    pub fn bytes(&self) -> usize {
        self.questions.iter().map(|question| question.body.len()).sum()
    }
}

/// Size limits of one call.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Maximum rows.
    pub max_rows: usize,
    /// Maximum estimated tokens of the rows.
    pub max_input_tokens: Option<usize>,
    /// Maximum characters of the rows, when the service has shown a limit.
    pub max_chars: Option<usize>,
    /// Maximum bytes of the rows, so that a call fits into the memory window.
    pub max_bytes: Option<usize>,
}

impl BatchLimits {
    /// Returns the limits of the settings.
    pub fn new(settings: &BatchSettings) -> Self {
        Self {
            max_rows: settings.max_rows.get(),
            max_input_tokens: settings.max_input_tokens.map(NonZeroUsize::get),
            max_chars: None,
            max_bytes: None,
        }
    }
}

/// Estimates the tokens of a question's row in a prompt.
pub fn row_tokens(question: &Question) -> usize {
    let rejected = question.rejected.as_ref().map_or(0, |rejected| rejected.code.len() + 16);
    (question.body.len() + rejected + ROW_OVERHEAD_CHARS).div_ceil(CHARS_PER_TOKEN)
}

/// Collects questions until they fill a call.
#[derive(Debug)]
pub struct Packer {
    limits: BatchLimits,
    stage: Stage,
    waiting: VecDeque<Question>,
}

impl Packer {
    /// Creates an empty packer for calls of one stage.
    pub fn new(limits: BatchLimits, stage: Stage) -> Self {
        Self { limits, stage, waiting: VecDeque::new() }
    }

    /// Sets the limits of the next calls.
    pub fn set_limits(&mut self, limits: BatchLimits) {
        self.limits = limits;
    }

    /// Adds a question. Unresolved questions arrive in the order in which calls end; they are sorted by key, so that the
    /// same questions form the same call again, for the service's prompt cache and for a replay.
    pub fn push(&mut self, question: Question) {
        if self.stage == Stage::Repack {
            let at = self.waiting.partition_point(|waiting| waiting.key <= question.key);
            self.waiting.insert(at, question);
        } else {
            self.waiting.push_back(question);
        }
    }

    /// Returns the number of waiting questions.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns whether no question waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes the next call that cannot grow any further.
    pub fn take_full(&mut self) -> Option<Batch> {
        let rows = self.fitting();
        (rows == self.limits.max_rows || rows < self.waiting.len()).then(|| self.take(rows))
    }

    /// Takes the next call, full or not.
    pub fn take_any(&mut self) -> Option<Batch> {
        let rows = self.fitting();
        (rows > 0).then(|| self.take(rows))
    }

    /// Counts the leading questions that fit into one call; a question over the limit goes alone.
    fn fitting(&self) -> usize {
        let BatchLimits { max_input_tokens, max_chars, max_bytes, .. } = self.limits;
        let (mut tokens, mut bytes) = (0, 0);
        let mut rows = 0;
        for question in self.waiting.iter().take(self.limits.max_rows) {
            tokens += row_tokens(question);
            bytes += question.body.len();
            let too_large = max_input_tokens.is_some_and(|max| tokens > max)
                || max_chars.is_some_and(|max| tokens * CHARS_PER_TOKEN > max)
                || max_bytes.is_some_and(|max| bytes > max);
            if rows > 0 && too_large {
                break;
            }
            rows += 1;
        }
        rows
    }

    fn take(&mut self, rows: usize) -> Batch {
        Batch { questions: self.waiting.drain(..rows).collect(), stage: self.stage }
    }
}

#[cfg(test)]
mod tests {
    use super::super::question::RowKey;
    use super::*;

    fn question(n: usize, chars: usize) -> Question {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&n.to_le_bytes());
        Question { key: RowKey(key), body: "x".repeat(chars).into(), echo: None, asked: 0, rejected: None }
    }

    fn sizes(count: usize, chars: usize, limits: BatchLimits) -> Vec<usize> {
        let mut packer = Packer::new(limits, Stage::First);
        let mut sizes = Vec::new();
        for n in 0..count {
            packer.push(question(n, chars));
            sizes.extend(packer.take_full().map(|b| b.questions.len()));
        }
        sizes.extend(std::iter::from_fn(|| packer.take_any()).map(|b| b.questions.len()));
        sizes
    }

    #[test]
    fn calls_are_as_few_as_can_be() {
        let twenty = BatchLimits { max_rows: 20, max_input_tokens: None, max_chars: None, max_bytes: None };
        assert_eq!(sizes(150, 10, twenty), [20, 20, 20, 20, 20, 20, 20, 10]);
        assert_eq!(sizes(0, 10, twenty), [0; 0]);
        assert_eq!(sizes(1, 10, twenty), [1]);
        assert_eq!(sizes(40, 10, twenty), [20, 20]);
    }

    #[test]
    fn what_calls_left_over_makes_the_same_call_in_whatever_order_it_comes() {
        let limits = BatchLimits { max_rows: 20, max_input_tokens: None, max_chars: None, max_bytes: None };
        for (stage, expected) in [(Stage::First, [3, 1, 2]), (Stage::Repack, [1, 2, 3])] {
            let mut packer = Packer::new(limits, stage);
            for n in [3, 1, 2] {
                packer.push(question(n, 10));
            }
            let batch = packer.take_any().expect("three questions");
            let keys: Vec<u8> = batch.questions.iter().map(|question| question.key.0[0]).collect();
            assert_eq!(keys, expected, "{stage:?}");
        }
    }

    #[test]
    fn a_token_budget_makes_calls_smaller_and_never_stops() {
        let learned = BatchLimits { max_rows: 20, max_input_tokens: None, max_chars: Some(400), max_bytes: None };
        assert_eq!(sizes(7, 150, learned), [2, 2, 2, 1], "rows of 200 characters");
        let limits = BatchLimits { max_rows: 20, max_input_tokens: Some(100), max_chars: None, max_bytes: None };
        assert_eq!(sizes(7, 150, limits), [2, 2, 2, 1], "rows of 50 tokens");
        assert_eq!(sizes(2, 4_000, limits), [1, 1], "rows over the budget go alone");
        let memory = BatchLimits { max_bytes: Some(300), max_input_tokens: None, ..limits };
        assert_eq!(sizes(5, 150, memory), [2, 2, 1], "rows of 150 bytes");
    }
}
