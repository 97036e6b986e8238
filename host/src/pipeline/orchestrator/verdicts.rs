//! Answers: what they resolve, and what is asked again (stages 9 and 10).

use super::run_loop::Run;
use crate::limit::stop::StopReason;
use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::dispatch::{Done, End};
use crate::pipeline::fallback::{self, LeftOver};
use crate::pipeline::question::{Answer, Failure, Outcome, Question, RowKey};
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::row_buffer::RowIndex;
use crate::pipeline::tally::{BatchRecord, FailedRow, Tally};
use crate::settings::OnFailure;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long to leave questions alone that another process is asking.
const DEFERRED_PAUSE: Duration = Duration::from_millis(500);
/// Whole batches in a row that the service leaves unanswered before it counts as unusable.
const BATCHES_IN_A_ROW: u32 = 3;
/// Pipeline of such batches in a row: one poisoned row makes several of them fail.
const PARTS_IN_A_ROW: u32 = 8;

impl Run<'_> {
    /// Stages 9 and 10: takes the verdicts of a batch.
    pub(super) fn done(&mut self, done: Done) {
        let Done { batch, end, attempts, took, not_stored, deferred } = done;
        self.first_in_flight -= usize::from(batch.stage == Stage::First);
        if let Some(error) = not_stored {
            // The answers are exported all the same: they are paid for.
            self.stop.request(StopReason::Cache(error));
        }
        if !deferred.is_empty() {
            self.deferred.extend(deferred);
            self.deferred_until = Instant::now() + DEFERRED_PAUSE;
        }
        let outcome = match &end {
            End::Validated { verdicts, .. } if verdicts.iter().all(Result::is_ok) => "answered",
            End::Validated { verdicts, .. } if verdicts.iter().any(Result::is_ok) => "partial",
            End::Validated { .. } => "failed",
            End::Unanswered(_) => "unanswered",
            End::NotAsked | End::Deferred => "not_asked",
        };
        let rows = batch.questions.len();
        if attempts > 0 {
            let seconds = took.as_secs_f64();
            self.tally.batch(BatchRecord { rows, stage: stage_name(batch.stage), outcome, attempts, seconds });
        }
        match end {
            End::Validated { verdicts, whole } => {
                (self.unanswered_batches, self.unanswered_parts) = (0, 0);
                self.ever_answered = true;
                self.concurrency.answered();
                self.validated(batch, verdicts, whole);
                for (batch, error) in std::mem::take(&mut self.unanswered) {
                    self.give_up_on_service(batch, error);
                }
            }
            End::Unanswered(error) => self.record_unanswered(batch, error),
            End::NotAsked if batch.stage == Stage::Audit => self.end_audits(&batch),
            // The rows stay open; a run that stops ends them all.
            End::NotAsked | End::Deferred => {}
        }
    }

    pub(super) fn validated(&mut self, batch: Batch, verdicts: Vec<Verdict>, whole: bool) {
        if batch.stage == Stage::Audit {
            self.compare(&batch, &verdicts);
            return;
        }
        let size = batch.questions.len();
        let mut left = Vec::new();
        for (question, verdict) in batch.questions.into_iter().zip(verdicts) {
            match verdict {
                Ok(answer) => {
                    self.audit(&question, &answer, size);
                    self.resolve(question.key, Outcome::Enriched(answer));
                }
                Err(failure) => left.push((question, failure)),
            }
        }
        self.fall_back(batch.stage, size, whole, left);
    }

    pub(super) fn fall_back(&mut self, stage: Stage, size: usize, whole: bool, left: Vec<LeftOver>) {
        let next = fallback::next(self.settings.batch.fallback, stage, size, whole, left);
        self.queue.extend(next.batches);
        next.repack.into_iter().for_each(|question| self.repacker.push(question));
        for (question, failure) in next.failed {
            self.failed.insert(question.key, failure.clone());
            self.resolve(question.key, Outcome::Failed(failure));
        }
    }

    /// The service did not answer. When it answers others, it is the batch's fault; else the run stops.
    /// Before the first answer of a run, that is known only when the other calls have ended.
    pub(super) fn record_unanswered(&mut self, batch: Batch, error: Error) {
        let counted = match batch.stage {
            Stage::First | Stage::Repack => &mut self.unanswered_batches,
            Stage::Halve | Stage::Single | Stage::Audit => &mut self.unanswered_parts,
        };
        *counted += 1;
        if batch.stage == Stage::Audit {
            self.end_audits(&batch);
        } else if !self.ever_answered {
            self.unanswered.push((batch, error));
        } else if self.unanswered_batches >= BATCHES_IN_A_ROW || self.unanswered_parts >= PARTS_IN_A_ROW {
            self.stop.request(StopReason::Provider(error));
        } else {
            self.give_up_on_service(batch, error);
        }
    }

    /// Nobody was answered so far. A service that speaks, but only of failures, or a plugin that panics, may choke on
    /// one row: one batch is asked in halves once. If they fail too, or there was no service at all, the run stops.
    pub(super) fn judge_service(&mut self) {
        let speaks = |(batch, error): &(Batch, Error)| {
            let answers = error.http_status.is_some_and(|status| (500..600).contains(&status));
            batch.questions.len() > 1 && (answers || error.kind == ErrorKind::Panic)
        };
        let probe = if self.probing { None } else { self.unanswered.iter().position(speaks) };
        if let Some(at) = probe {
            self.probing = true;
            let (batch, error) = self.unanswered.swap_remove(at);
            self.give_up_on_service(batch, error);
        } else if let Some((_, error)) = self.unanswered.pop() {
            self.stop.request(StopReason::Provider(error));
        }
    }

    /// Asks a batch that got no answer in smaller parts.
    fn give_up_on_service(&mut self, batch: Batch, error: Error) {
        let size = batch.questions.len();
        let failure = Failure::new("service", error.message);
        // A row that was alone has had all its tries already.
        let stage = if size == 1 { Stage::Single } else { batch.stage };
        let left = batch.questions.into_iter().map(|question| (question, failure.clone())).collect();
        self.fall_back(stage, size, true, left);
    }

    /// Ends all rows that wait for a question.
    pub(super) fn resolve(&mut self, key: RowKey, outcome: Outcome) {
        let Some(places) = self.waiting.remove(&key) else { return };
        for place in places.further {
            self.end(place, outcome.clone(), true);
        }
        self.end(places.first, outcome, false);
    }

    pub(super) fn end(&mut self, place: RowIndex, outcome: Outcome, duplicate: bool) {
        self.tally.end(&outcome, duplicate);
        let failure = if let Outcome::Failed(failure) = &outcome { Some(failure.clone()) } else { None };
        let slot = self.window.end(place, outcome, duplicate);
        let (Some(failure), Some(slot)) = (failure, slot) else {
            return;
        };
        let failed = FailedRow {
            row: place + 1,
            key: slot.key.map(|key| key.hex()).unwrap_or_default(),
            reason: failure.reason,
            message: failure.message,
            source: slot.chunk.row(slot.row).object(),
        };
        self.failures.write(&failed);
        if self.tally.failures.len() < Tally::MAX_FAILURES {
            self.tally.failures.push(failed);
        }
        if self.settings.run.on_failure == OnFailure::Stop {
            self.stop.request(StopReason::RowFailed);
        }
        if let Some(most) = self.settings.budget.max_failed_rows.filter(|most| self.tally.rows.failed > *most) {
            self.stop.request(StopReason::Limit(format!("more than max_failed_rows = {most} rows have failed")));
        }
    }

    /// Asks a sample of rows again, alone.
    pub(super) fn audit(&mut self, question: &Question, answer: &Answer, size: usize) {
        if size > 1 && question.key.fraction() < self.settings.batch.audit {
            self.audits.insert(question.key, Arc::clone(answer));
            let again = Question { rejected: None, ..question.clone() };
            self.queue.push_back(Batch { questions: vec![again], stage: Stage::Audit });
        }
    }

    pub(super) fn compare(&mut self, batch: &Batch, verdicts: &[Verdict]) {
        for (question, verdict) in batch.questions.iter().zip(verdicts) {
            let (Some(first), Ok(alone)) = (self.audits.remove(&question.key), verdict) else {
                continue;
            };
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
            let (first, alone) = (read(&first), read(alone));
            self.tally.audit.rows += 1;
            for output in &self.settings.enrich.output {
                let same = u64::from(first.get(&output.name) == alone.get(&output.name));
                *self.tally.audit.agree.entry(output.column.clone()).or_default() += same;
            }
        }
    }

    pub(super) fn end_audits(&mut self, batch: &Batch) {
        for question in &batch.questions {
            self.audits.remove(&question.key);
        }
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::First => "first",
        Stage::Repack => "repack",
        Stage::Halve => "halve",
        Stage::Single => "single",
        Stage::Audit => "audit",
    }
}
