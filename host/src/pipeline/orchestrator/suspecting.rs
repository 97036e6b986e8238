//! Carries out the checks of equal texts.

use super::run_loop::Run;
use super::suspicion::CheckEnd;
use crate::pipeline::equal_texts::EqualText;
use crate::pipeline::lookup::HeldAnswer;
use crate::pipeline::question::{Answer, Question};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Run<'_> {
    /// Starts the check of answers with the same text.
    pub(super) fn suspect(&mut self, group: EqualText, held: Vec<(Question, Answer)>, rows: usize) {
        if self.tally.suspected_answers == 0 {
            let (count, column) = (held.len(), &group.column);
            tracing::warn!(
                "{count} of {rows} rows of a call have the same text in `{column}`; rows are asked again individually before it is accepted"
            );
        }
        self.check(group, held);
    }

    /// Continues the checks that had not ended when an earlier run stopped.
    pub(super) fn continue_checks(&mut self, rows: Vec<(Question, HeldAnswer)>) {
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        for (question, held) in rows {
            groups.entry((held.suspected.column, held.suspected.text)).or_default().push((question, held.answer));
        }
        for ((column, text), held) in groups {
            tracing::info!(
                "{} rows have the same text in `{column}` from an earlier run that ended before its check",
                held.len()
            );
            self.check(EqualText { column, text, rows: Vec::new() }, held);
        }
    }

    fn check(&mut self, group: EqualText, held: Vec<(Question, Answer)>) {
        self.tally.suspected_answers += held.len() as u64;
        if self.dispatcher.equal_texts.is_confirmed(&group) {
            // The check of another call ended in between.
            self.end_check(CheckEnd::Confirmed(group, held));
            return;
        }
        for batch in self.suspicions.start(group, held) {
            self.queue.push_batch(batch);
        }
    }

    /// Accepts the answers of the rows that wait for a check, or asks these rows alone.
    pub(super) fn end_check(&mut self, end: CheckEnd) {
        match end {
            CheckEnd::Confirmed(group, waiting) => {
                self.dispatcher.equal_texts.confirm(&group.column, &group.text);
                if !waiting.is_empty() {
                    let (questions, answers) = waiting.into_iter().unzip();
                    self.in_flight.spawn(Arc::clone(&self.dispatcher).store_checked(questions, answers));
                }
            }
            CheckEnd::Refuted(batches) => batches.into_iter().for_each(|batch| self.queue.push_batch(batch)),
        }
    }
}
