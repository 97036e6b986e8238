//! Stages 9 and 10: applies the results of calls to rows, and plans the next calls.

use super::run_loop::Run;
use super::service_health::Reaction;
use crate::limit::stop::StopReason;
use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::dispatch::{BatchEnd, FinishedBatch};
use crate::pipeline::equal_texts::EqualText;
use crate::pipeline::fallback::{self, FailedCall, Unresolved};
use crate::pipeline::question::{Outcome, RowKey};
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::row_buffer::RowIndex;
use crate::pipeline::row_failure::{FailureReason, RowFailure};
use crate::pipeline::tally::{BatchOutcome, BatchRecord, FailedRow, Tally};
use crate::settings::test_time::scaled;
use crate::settings::{Fallback, OnFailure};
use rowsmith_plugin_api::{Error, ErrorKind};
use std::time::Duration;
use tokio::time::Instant;

/// Time until questions that another process is asking are looked up again.
const DEFERRED_PAUSE: Duration = Duration::from_millis(500);

impl Run<'_> {
    /// Applies the result of a batch.
    pub(super) fn apply(&mut self, finished: FinishedBatch) {
        let FinishedBatch { batch, end, attempts, took, not_stored, deferred } = finished;
        self.queue.finished(batch.stage);
        if let Some(error) = not_stored {
            // The answers are exported all the same: they are paid for.
            self.stop.request(StopReason::Cache(error));
        }
        if !deferred.is_empty() {
            self.queue.defer(deferred, batch.stage);
            self.deferred_until = Instant::now() + scaled(DEFERRED_PAUSE);
        }
        if attempts > 0 {
            let (rows, outcome) = (batch.questions.len(), outcome_of(&end));
            self.tally.batch(BatchRecord { rows, stage: batch.stage, outcome, attempts, seconds: took.as_secs_f64() });
        }
        match end {
            BatchEnd::Validated { verdicts, whole, suspected } => {
                let held = self.health.record_answer();
                self.apply_verdicts(batch, verdicts, whole, suspected);
                for (batch, error) in held {
                    self.split(batch, error);
                }
            }
            BatchEnd::Unanswered(error) if batch.stage == Stage::Audit => {
                tracing::debug!(%error, "an audit call got no response");
                self.health.count_unanswered(Stage::Audit, &error);
                self.audit.cancel(&batch);
            }
            BatchEnd::Unanswered(error) if self.is_known_failure(&batch, &error) => self.split(batch, error),
            BatchEnd::Unanswered(error) => {
                let reaction = self.health.record_unanswered(batch, error);
                self.react(reaction);
            }
            BatchEnd::NotAsked if batch.stage == Stage::Audit => self.audit.cancel(&batch),
            // The rows stay open; a run that stops ends them all.
            BatchEnd::NotAsked | BatchEnd::Deferred => {}
        }
    }

    fn apply_verdicts(&mut self, batch: Batch, verdicts: Vec<Verdict>, whole: bool, mut suspected: Option<EqualText>) {
        if batch.stage == Stage::Audit {
            self.audit.compare(&batch, &verdicts, &self.settings.enrich.output, &mut self.tally.audit);
            return;
        }
        let is_asked_alone_first = |key: &RowKey| self.suspicions.is_sample(key) || self.unanswered.contains(key);
        let is_correctable = batch.questions.iter().any(|question| is_asked_alone_first(&question.key));
        // Such a row may be corrected once, like a row that was never asked before.
        let is_correctable = is_correctable && batch.questions.iter().all(|question| question.rejected.is_none());
        let stage = if is_correctable { Stage::Halve } else { batch.stage };
        let call = FailedCall { stage, rows: batch.questions.len(), whole };
        let hold = self.observe(&batch, &verdicts);
        let suspected_rows = suspected.as_mut().map(|group| std::mem::take(&mut group.rows)).unwrap_or_default();
        let (mut unresolved, mut suspicious) = (Vec::new(), Vec::new());
        for (row, (question, verdict)) in batch.questions.into_iter().zip(verdicts).enumerate() {
            match verdict {
                Ok(answer) if suspected_rows.contains(&row) => suspicious.push((question, answer)),
                Ok(answer) => {
                    if let Some(audit) = self.audit.sample(&question, &answer, call.rows) {
                        self.queue.push_batch(audit);
                    }
                    self.resolve(question.key, &Outcome::Enriched(answer));
                }
                Err(failure) => unresolved.push((question, failure)),
            }
        }
        self.hold_or_fall_back(call, unresolved, hold);
        if let Some(group) = suspected {
            self.suspect(group, suspicious, call.rows);
        }
    }

    pub(super) fn fall_back(&mut self, call: FailedCall, unresolved: Vec<Unresolved>) {
        let too_large = |(_, failure): &Unresolved| failure.reason == FailureReason::TooLarge;
        if self.settings.batch.fallback == Fallback::Repack && call.rows > 1 && unresolved.iter().all(too_large) {
            let batches = fallback::shrink(call, unresolved, self.batch_limits());
            for batch in batches {
                self.queue.push_batch(batch);
            }
            return;
        }
        let mut plan = fallback::plan(self.settings.batch.fallback, call, unresolved);
        fallback::limit_rows(&mut plan, self.rows_per_call.limit());
        plan.batches.into_iter().for_each(|batch| self.queue.push_batch(batch));
        plan.repack.into_iter().for_each(|question| self.queue.push_unresolved(question));
        self.fail(plan.failed);
    }

    /// Ends questions that have no valid answer.
    pub(super) fn fail(&mut self, failed: Vec<Unresolved>) {
        for (question, failure) in failed {
            self.questions.record_failure(question.key, failure.clone());
            self.resolve(question.key, &Outcome::Failed(failure));
        }
    }

    /// Carries out what the health of the service demands.
    pub(super) fn react(&mut self, reaction: Reaction) {
        match reaction {
            Reaction::Hold => {}
            Reaction::Split(batch, error) => self.split(batch, error),
            Reaction::Probe(batch) => self.queue.push_batch(batch),
            Reaction::Stop(error) => self.stop.request(StopReason::Provider(error)),
        }
    }

    /// Returns whether an earlier run, in which the service answered, recorded the same failure of a row on its own.
    fn is_known_failure(&self, batch: &Batch, error: &Error) -> bool {
        let known = |key: &RowKey| self.dispatcher.unanswered_rows.has_failed(key, reason_of(error));
        matches!(batch.questions.as_slice(), [only] if known(&only.key))
    }

    /// Asks a batch without a response in smaller calls.
    fn split(&mut self, batch: Batch, error: Error) {
        let rows = batch.questions.len();
        let failure = RowFailure::new(reason_of(&error), error.message);
        if let [only] = batch.questions.as_slice() {
            self.unanswered.record(&only.key, failure.reason);
        }
        // A row on its own has used all its retries.
        let stage = if rows == 1 { Stage::Single } else { batch.stage };
        let unresolved = batch.questions.into_iter().map(|question| (question, failure.clone())).collect();
        self.fall_back(FailedCall { stage, rows, whole: true }, unresolved);
    }

    /// Ends all rows that wait for a question.
    pub(super) fn resolve(&mut self, key: RowKey, outcome: &Outcome) {
        let answer = match outcome {
            Outcome::Cached(answer) | Outcome::Enriched(answer) => Some(answer),
            Outcome::Failed(_) | Outcome::Skipped(_) => None,
        };
        if answer.is_some() {
            self.unanswered.remove(&key);
        }
        if let Some(end) = self.suspicions.record(&key, answer) {
            self.end_check(end);
        }
        let Some(rows) = self.questions.close(&key) else { return };
        for row in rows.duplicates {
            self.end(row, outcome.clone(), true);
        }
        self.end(rows.first, outcome.clone(), false);
    }

    /// Ends a row and records its failure, if it failed.
    pub(super) fn end(&mut self, index: RowIndex, outcome: Outcome, duplicate: bool) {
        self.tally.end(&outcome, duplicate);
        self.check_share(&outcome);
        let failure = if let Outcome::Failed(failure) = &outcome { Some(failure.clone()) } else { None };
        let row = self.rows.end(index, outcome, duplicate);
        let (Some(failure), Some(row)) = (failure, row) else {
            return;
        };
        let failed = FailedRow {
            row: index + 1,
            key: row.key.map(|key| key.hex()).unwrap_or_default(),
            reason: failure.reason,
            column: failure.broken.as_ref().and_then(|broken| broken.column.clone()),
            message: failure.message,
            raw: failure.broken.and_then(|broken| broken.raw),
            source: row.chunk.row(row.row).object(),
        };
        self.failures.write(&failed);
        if self.tally.failures.len() < Tally::MAX_FAILURES {
            // The rows themselves may be large.
            self.tally.failures.push(FailedRow { source: serde_json::Map::new(), ..failed });
        }
        if self.settings.run.on_failure == OnFailure::Stop {
            self.stop.request(StopReason::RowFailed);
        }
        if let Some(max) = self.settings.budget.max_failed_rows.filter(|max| self.tally.rows.failed > *max) {
            self.stop.request(StopReason::Limit(format!("more than max_failed_rows = {max} rows have failed")));
        }
    }
}

/// Returns the reason of a row that gets no response. A service that rejects a row and answers others refuses its content.
fn reason_of(error: &Error) -> FailureReason {
    match error.kind {
        ErrorKind::BadRequest | ErrorKind::NotFound | ErrorKind::Auth | ErrorKind::SchemaRejected => {
            FailureReason::Refused
        }
        _ => FailureReason::Service,
    }
}

fn outcome_of(end: &BatchEnd) -> BatchOutcome {
    match end {
        BatchEnd::Validated { verdicts, .. } if verdicts.iter().all(Result::is_ok) => BatchOutcome::Answered,
        BatchEnd::Validated { verdicts, .. } if verdicts.iter().any(Result::is_ok) => BatchOutcome::Partial,
        BatchEnd::Validated { .. } => BatchOutcome::Failed,
        BatchEnd::Unanswered(_) => BatchOutcome::Unanswered,
        BatchEnd::NotAsked | BatchEnd::Deferred => BatchOutcome::NotAsked,
    }
}
