//! Decides which call is next. Pure.

use crate::pipeline::batch::{Batch, BatchLimits, Packer, Stage};
use crate::pipeline::fallback;
use crate::pipeline::question::Question;
use std::collections::VecDeque;

/// The state of the run that the next call depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Supply {
    /// True if the service works, so that new batches may be sent.
    pub(super) admits_new_batches: bool,
    /// True if the source has no more rows.
    pub(super) source_ended: bool,
    /// True if no row can arrive, because the buffer is full of rows that wait for a call.
    pub(super) starved: bool,
}

/// The calls and questions that wait to be sent.
#[derive(Debug)]
pub(super) struct BatchQueue {
    new: Packer,
    unresolved: Packer,
    /// Batches of the fallback and of audits, which go first.
    ready: VecDeque<Batch>,
    /// First-time calls in flight; each may leave unresolved rows to pack.
    first_in_flight: usize,
    /// Questions that another process is asking, with the stage of their calls.
    deferred: Vec<(Question, Stage)>,
    /// Questions without a response in earlier runs, which are asked alone after all others.
    last: VecDeque<Question>,
}

impl BatchQueue {
    pub(super) fn new(limits: BatchLimits) -> Self {
        Self {
            new: Packer::new(limits, Stage::First),
            unresolved: fallback::repacker(limits),
            ready: VecDeque::new(),
            first_in_flight: 0,
            deferred: Vec::new(),
            last: VecDeque::new(),
        }
    }

    /// Sets the limits of the next calls.
    pub(super) fn set_limits(&mut self, limits: BatchLimits) {
        self.new.set_limits(limits);
        self.unresolved.set_limits(limits);
    }

    /// Adds a question that was not asked before.
    pub(super) fn push(&mut self, question: Question) {
        self.new.push(question);
    }

    /// Adds a question that had no response in an earlier run.
    pub(super) fn push_last(&mut self, question: Question) {
        self.last.push_back(question);
    }

    /// Adds an unresolved question that shares a call with others.
    pub(super) fn push_unresolved(&mut self, question: Question) {
        self.unresolved.push(question);
    }

    /// Adds a batch that is sent as it is.
    pub(super) fn push_batch(&mut self, batch: Batch) {
        self.ready.push_back(batch);
    }

    /// Returns whether no batch of the fallback waits.
    pub(super) fn has_no_ready_batch(&self) -> bool {
        self.ready.is_empty()
    }

    /// Returns whether questions wait for a call.
    pub(super) fn has_waiting(&self) -> bool {
        !(self.new.is_empty() && self.unresolved.is_empty() && self.deferred.is_empty() && self.last.is_empty())
    }

    /// Returns whether questions wait that were not asked before.
    pub(super) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Takes the next call, and counts it as in flight.
    pub(super) fn next(&mut self, supply: Supply) -> Option<Batch> {
        let batch = self.choose(supply)?;
        self.first_in_flight += usize::from(batch.stage == Stage::First);
        Some(batch)
    }

    fn choose(&mut self, supply: Supply) -> Option<Batch> {
        if let Some(batch) = self.ready.pop_front() {
            return Some(batch);
        }
        if !supply.admits_new_batches {
            return None;
        }
        if let Some(batch) = self.new.take_full().or_else(|| self.unresolved.take_full()) {
            return Some(batch);
        }
        if (supply.source_ended || supply.starved)
            && let Some(batch) = self.new.take_any()
        {
            return Some(batch);
        }
        let nothing_left_to_pack = supply.source_ended && self.first_in_flight == 0 && self.deferred.is_empty();
        if !(nothing_left_to_pack || supply.starved) {
            return None;
        }
        self.unresolved.take_any().or_else(|| {
            let question = self.last.pop_front()?;
            Some(Batch { questions: vec![question], stage: Stage::Single })
        })
    }

    /// Returns a call that is not sent yet; it is the next one.
    pub(super) fn put_back(&mut self, batch: Batch) {
        self.finished(batch.stage);
        self.ready.push_front(batch);
    }

    /// Counts a call as finished.
    pub(super) fn finished(&mut self, stage: Stage) {
        self.first_in_flight -= usize::from(stage == Stage::First);
    }

    /// Sets questions aside that another process is asking.
    pub(super) fn defer(&mut self, questions: Vec<Question>, stage: Stage) {
        self.deferred.extend(questions.into_iter().map(|question| (question, stage)));
    }

    /// Returns whether another process is asking questions of this run.
    pub(super) fn has_deferred(&self) -> bool {
        !self.deferred.is_empty()
    }

    /// Takes the questions that were set aside.
    pub(super) fn take_deferred(&mut self) -> Vec<(Question, Stage)> {
        std::mem::take(&mut self.deferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::question::RowKey;

    const OPEN: Supply = Supply { admits_new_batches: true, source_ended: false, starved: false };
    const ENDED: Supply = Supply { source_ended: true, ..OPEN };

    fn queue(max_rows: usize) -> BatchQueue {
        BatchQueue::new(BatchLimits { max_rows, max_input_tokens: None, max_chars: None, max_bytes: None })
    }

    fn question(n: u8) -> Question {
        Question { key: RowKey([n; 32]), body: "{}".into(), echo: None, asked: 0, rejected: None }
    }

    fn taken(queue: &mut BatchQueue, supply: Supply) -> Option<(Stage, usize)> {
        queue.next(supply).map(|batch| (batch.stage, batch.questions.len()))
    }

    #[test]
    fn a_call_is_sent_when_it_is_full_or_cannot_grow() {
        let mut queue = queue(2);
        queue.push(question(0));
        assert_eq!(taken(&mut queue, OPEN), None);
        queue.push(question(1));
        assert_eq!(taken(&mut queue, OPEN), Some((Stage::First, 2)));
        queue.push(question(2));
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::First, 1)));
    }

    #[test]
    fn a_call_that_is_put_back_is_the_next_one() {
        let mut queue = queue(2);
        queue.push(question(0));
        queue.push_unresolved(question(1));
        let first = queue.next(ENDED).unwrap();
        queue.put_back(first);
        assert!(!queue.has_no_ready_batch());
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::First, 1)));
        queue.finished(Stage::First);
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::Repack, 1)));
    }

    #[test]
    fn unresolved_questions_wait_for_the_last_first_time_call() {
        let mut queue = queue(2);
        queue.push(question(0));
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::First, 1)));
        queue.push_unresolved(question(1));
        assert_eq!(taken(&mut queue, ENDED), None, "the call in flight may leave another one");
        queue.finished(Stage::First);
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::Repack, 1)));
    }

    #[test]
    fn a_full_buffer_sends_what_there_is() {
        let mut queue = queue(20);
        queue.push(question(0));
        queue.push_unresolved(question(1));
        let starved = Supply { starved: true, ..OPEN };
        assert_eq!(taken(&mut queue, starved), Some((Stage::First, 1)));
        assert_eq!(taken(&mut queue, starved), Some((Stage::Repack, 1)));
    }

    #[test]
    fn a_service_in_doubt_gets_only_ready_batches() {
        let mut queue = queue(1);
        queue.push(question(0));
        queue.push_batch(Batch { questions: vec![question(1)], stage: Stage::Single });
        let doubt = Supply { admits_new_batches: false, ..ENDED };
        assert_eq!(taken(&mut queue, doubt), Some((Stage::Single, 1)));
        assert_eq!(taken(&mut queue, doubt), None);
    }

    #[test]
    fn questions_without_an_earlier_response_are_asked_last_and_alone() {
        let mut queue = queue(2);
        queue.push_last(question(8));
        queue.push_last(question(9));
        queue.push(question(0));
        queue.push_unresolved(question(1));
        assert_eq!(taken(&mut queue, OPEN), None);
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::First, 1)));
        assert_eq!(taken(&mut queue, ENDED), None);
        queue.finished(Stage::First);
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::Repack, 1)));
        assert!(queue.has_waiting());
        assert_eq!([taken(&mut queue, ENDED), taken(&mut queue, ENDED)], [Some((Stage::Single, 1)); 2]);
        assert!(!queue.has_waiting());
    }

    #[test]
    fn deferred_questions_hold_back_the_last_unresolved_ones() {
        let mut queue = queue(20);
        queue.defer(vec![question(0)], Stage::First);
        queue.push_unresolved(question(1));
        assert_eq!(taken(&mut queue, ENDED), None);
        assert_eq!(queue.take_deferred().len(), 1);
        assert_eq!(taken(&mut queue, ENDED), Some((Stage::Repack, 1)));
    }
}
