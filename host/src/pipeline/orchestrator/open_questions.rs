//! Maps questions to the rows that wait for them. Pure.

use crate::pipeline::question::{Answer, RowKey, RowKeyMap, RowKeySet};
use crate::pipeline::row_buffer::RowIndex;
use crate::pipeline::row_failure::RowFailure;

/// The rows that wait for the answer to one question.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WaitingRows {
    /// The row that the question was made for.
    pub(super) first: RowIndex,
    /// Later rows with the same question.
    pub(super) duplicates: Vec<RowIndex>,
}

/// The next step for a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The row waits for a question that is being asked.
    Join,
    /// The question failed earlier in this run.
    Failed(RowFailure),
    /// The answer was in the cache before this run.
    Cached(Answer),
    /// This run asked the question for an earlier row.
    AnsweredEarlier(Answer),
    /// The question is new.
    New,
}

/// The questions of a run.
#[derive(Debug, Default)]
pub(super) struct OpenQuestions {
    waiting: RowKeyMap<WaitingRows>,
    /// All questions of this run, to tell answers of this run from cache hits.
    asked: RowKeySet,
    /// Questions that failed in this run; they are not asked again.
    failed: RowKeyMap<RowFailure>,
    /// The latest reason why answers to open questions were rejected.
    rejected: RowKeyMap<RowFailure>,
}

impl OpenQuestions {
    /// Decides what happens to a row, given the answer that the cache holds.
    pub(super) fn route(&mut self, row: RowIndex, key: RowKey, cached: Option<Answer>) -> Route {
        if let Some(rows) = self.waiting.get_mut(&key) {
            // Takes precedence over the cache: with `--refresh`, the cache holds the answer of an earlier run.
            rows.duplicates.push(row);
            return Route::Join;
        }
        if let Some(failure) = self.failed.get(&key) {
            return Route::Failed(failure.clone());
        }
        match cached {
            Some(answer) if self.was_asked(&key) => Route::AnsweredEarlier(answer),
            Some(answer) => Route::Cached(answer),
            None => Route::New,
        }
    }

    /// Registers a new question for a row.
    pub(super) fn open(&mut self, row: RowIndex, key: RowKey) {
        self.waiting.insert(key, WaitingRows { first: row, duplicates: Vec::new() });
        self.asked.insert(key);
    }

    /// Returns whether no question is open.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Remembers the reason why an answer to an open question was rejected.
    pub(super) fn record_rejection(&mut self, key: &RowKey, failure: RowFailure) {
        if self.waiting.contains_key(key) {
            self.rejected.insert(*key, failure);
        }
    }

    /// Takes the open questions whose answers were rejected, in the order of their rows.
    pub(super) fn take_rejected(&mut self) -> Vec<(RowKey, RowFailure)> {
        let mut rejected: Vec<_> = std::mem::take(&mut self.rejected).into_iter().collect();
        rejected.sort_by_key(|(key, _)| self.waiting.get(key).map(|rows| rows.first));
        rejected
    }

    /// Closes a question and returns the rows that wait for it.
    pub(super) fn close(&mut self, key: &RowKey) -> Option<WaitingRows> {
        self.rejected.remove(key);
        self.waiting.remove(key)
    }

    /// Remembers that a question failed.
    pub(super) fn record_failure(&mut self, key: RowKey, failure: RowFailure) {
        self.failed.insert(key, failure);
    }

    /// Returns whether this run asked a question.
    pub(super) fn was_asked(&self, key: &RowKey) -> bool {
        !self.asked.is_empty() && self.asked.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::row_failure::FailureReason;

    const KEY: RowKey = RowKey([1; 32]);

    #[test]
    fn rows_with_the_same_question_share_it() {
        let mut questions = OpenQuestions::default();
        assert_eq!(questions.route(0, KEY, None), Route::New);
        questions.open(0, KEY);
        assert_eq!(questions.route(1, KEY, None), Route::Join);
        assert_eq!(
            questions.route(2, KEY, Some("old".into())),
            Route::Join,
            "a refreshed answer is not the cached one"
        );
        assert_eq!(questions.close(&KEY), Some(WaitingRows { first: 0, duplicates: vec![1, 2] }));
        assert_eq!(questions.close(&KEY), None);
    }

    #[test]
    fn an_answer_of_this_run_is_no_cache_hit() {
        let mut questions = OpenQuestions::default();
        assert_eq!(questions.route(0, KEY, Some("a".into())), Route::Cached("a".into()));
        questions.open(0, KEY);
        questions.close(&KEY);
        assert_eq!(questions.route(1, KEY, Some("a".into())), Route::AnsweredEarlier("a".into()));
    }

    #[test]
    fn a_failed_question_is_not_asked_again() {
        let mut questions = OpenQuestions::default();
        let failure = RowFailure::new(FailureReason::Refused, "no");
        questions.record_failure(KEY, failure.clone());
        assert_eq!(questions.route(3, KEY, None), Route::Failed(failure));
    }
}
