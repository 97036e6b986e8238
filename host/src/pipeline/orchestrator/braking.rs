//! Carries out what the brake decides.

use super::brake::{BrakeStep, HeldCall};
use super::run_loop::Run;
use crate::limit::stop::StopReason;
use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::fallback::{self, FailedCall, Unresolved};
use crate::pipeline::learning::SizeChange;
use crate::pipeline::question::Outcome;
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::row_failure::FailureReason;
use crate::settings::Fallback;

impl Run<'_> {
    /// Counts the rejected answers of a call. Returns true if the brake holds its unresolved rows.
    pub(super) fn observe(&mut self, batch: &Batch, verdicts: &[Verdict]) -> bool {
        for (question, verdict) in batch.questions.iter().zip(verdicts) {
            if let Err(failure) = verdict {
                self.tally.failure_summary.record_answer(failure);
                self.questions.record_rejection(&question.key, failure.clone());
            }
        }
        self.learn_rows(verdicts);
        let holds = self.brake.record(batch.stage, verdicts);
        holds && self.settings.batch.fallback != Fallback::None
    }

    /// Adapts the rows per call to the share of rows without a valid answer.
    fn learn_rows(&mut self, verdicts: &[Verdict]) {
        let is_bad = |verdict: &&Verdict| {
            verdict.as_ref().is_err_and(|failure| match failure.reason {
                FailureReason::Refused | FailureReason::Service | FailureReason::TooLarge => false,
                FailureReason::CutOff
                | FailureReason::Invalid
                | FailureReason::Missing
                | FailureReason::Repeated
                | FailureReason::Swapped
                | FailureReason::Unreadable => true,
            })
        };
        let bad = verdicts.iter().filter(is_bad).count();
        let Some(change) = self.rows_per_call.record(verdicts.len(), bad) else { return };
        self.dispatcher.sizes.rows_changed(change);
        let SizeChange { from, to, bad_percent } = change;
        if to < from && !self.warned_of_rows {
            self.warned_of_rows = true;
            tracing::warn!("{from} -> {to} rows a call: {bad_percent} % of rows were invalid in calls of {from}");
        }
    }

    /// Begins the fallback of unresolved rows, or holds them, and releases rows that are held no longer.
    pub(super) fn hold_or_fall_back(&mut self, call: FailedCall, unresolved: Vec<Unresolved>, hold: bool) {
        if hold {
            self.brake.hold(call, unresolved);
        } else {
            self.fall_back(call, unresolved);
        }
        for (call, unresolved) in self.brake.take_released() {
            self.fall_back(call, unresolved);
        }
    }

    /// Takes the next step of the brake while no call is in flight.
    pub(super) fn apply_brake(&mut self) {
        if self.stop.is_requested() || !self.queue.has_no_ready_batch() {
            return;
        }
        let more_rows = !(self.source_ended || self.is_full()) || self.queue.has_waiting();
        match self.brake.decide(self.settings.batch.fallback, more_rows) {
            BrakeStep::Continue => {}
            BrakeStep::Probe(batches) => batches.into_iter().for_each(|batch| self.queue.push_batch(batch)),
            BrakeStep::Release(held) => held.into_iter().for_each(|call| self.release(call)),
            BrakeStep::Stop => self.stop.request(StopReason::FewValidRows),
        }
    }

    /// Begins the fallback of a held call. Its rows do not wait for those of other calls, which may never be made.
    fn release(&mut self, (call, unresolved): HeldCall) {
        let plan = fallback::plan(self.settings.batch.fallback, call, unresolved);
        plan.batches.into_iter().for_each(|batch| self.queue.push_batch(batch));
        if !plan.repack.is_empty() {
            self.queue.push_batch(Batch { questions: plan.repack, stage: Stage::Repack });
        }
        self.fail(plan.failed);
    }

    /// Stops the run if too few rows end with a valid answer while others are still open.
    pub(super) fn check_share(&mut self, outcome: &Outcome) {
        let valid = match outcome {
            Outcome::Cached(_) | Outcome::Enriched(_) => true,
            Outcome::Failed(failure) if failure.reason != FailureReason::Service => false,
            Outcome::Failed(_) | Outcome::Skipped(_) => return,
        };
        let work_is_left = !self.source_ended || !self.questions.is_empty();
        if self.brake.record_end(valid) && work_is_left {
            self.stop.request(StopReason::FewValidRows);
        }
    }

    /// Fails the rows that a run with too few valid rows has asked.
    pub(super) fn fail_rejected(&mut self) {
        for (key, failure) in self.questions.take_rejected() {
            self.resolve(key, &Outcome::Failed(failure));
        }
    }
}
