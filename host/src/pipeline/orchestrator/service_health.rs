//! Decides whether the service works. Pure.
//!
//! A batch without a response is the batch's fault as long as the service responds to others. Before the first response of a
//! run, and after many such batches in a row, this is known only when all calls have ended; until then batches are held. Then
//! smaller calls are probes: if one is answered, the rows are the cause, and if none is, the service is unusable.
//!
//! The time of an outage is limited elsewhere, by the rate limiter.

use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::dispatch::is_temporary;
use rowsmith_plugin_api::{Error, ErrorKind};

/// Consecutive whole batches without a response after which the service is in doubt.
const MAX_BATCHES_IN_A_ROW: u32 = 3;
/// Consecutive parts of such batches; one poisoned row makes several of them fail.
const MAX_PARTS_IN_A_ROW: u32 = 8;
/// Maximum rows that are asked on their own, after the halves of a batch failed.
const MAX_SINGLE_PROBES: u32 = 2;

/// The consequence of a batch without a response.
#[derive(Debug)]
pub(super) enum Reaction {
    /// The batch waits until it is known whether the service works.
    Hold,
    /// The batch is asked in smaller calls.
    Split(Batch, Error),
    /// A row is asked on its own.
    Probe(Batch),
    /// The service is unusable.
    Stop(Error),
}

/// The rules of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct HealthRules {
    /// True if batches can be asked in smaller calls.
    pub(super) can_split: bool,
    /// True if the number of attempts is limited, so that temporary failures count too.
    pub(super) counts_attempts: bool,
}

/// The calls that are made while the service is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Probing {
    #[default]
    No,
    /// Another batch, because the failed one is a single row.
    AnotherBatch,
    /// The halves of a batch.
    Halves,
    /// This many rows on their own.
    Rows(u32),
}

/// The state of the service as far as this run has observed it.
#[derive(Debug)]
pub(super) struct ServiceHealth {
    rules: HealthRules,
    batches_in_a_row: u32,
    parts_in_a_row: u32,
    /// Batches without a response, while the service is in doubt.
    held: Vec<(Batch, Error)>,
    probing: Probing,
    ever_answered: bool,
    /// True if the cache has an answer to a question of this run: its requests were valid before.
    has_cached_answer: bool,
}

impl ServiceHealth {
    /// Creates the state of a service that has not been called.
    pub(super) fn new(rules: HealthRules) -> Self {
        Self {
            rules,
            batches_in_a_row: 0,
            parts_in_a_row: 0,
            held: Vec::new(),
            probing: Probing::No,
            ever_answered: false,
            has_cached_answer: false,
        }
    }

    /// Records that the cache has an answer to a question of this run.
    pub(super) fn record_cached(&mut self) {
        self.has_cached_answer = true;
    }

    /// Records a response; returns the batches that were held.
    pub(super) fn record_answer(&mut self) -> Vec<(Batch, Error)> {
        (self.batches_in_a_row, self.parts_in_a_row) = (0, 0);
        self.probing = Probing::No;
        self.ever_answered = true;
        std::mem::take(&mut self.held)
    }

    /// Counts a call of a stage that got no response, unless only the time of an outage is limited.
    pub(super) fn count_unanswered(&mut self, stage: Stage, error: &Error) {
        if is_temporary(error) && !self.rules.counts_attempts {
            return;
        }
        match stage {
            Stage::First | Stage::Repack => self.batches_in_a_row += 1,
            Stage::Halve | Stage::Single | Stage::Audit => self.parts_in_a_row += 1,
        }
    }

    /// Records a batch without a response.
    pub(super) fn record_unanswered(&mut self, batch: Batch, error: Error) -> Reaction {
        self.count_unanswered(batch.stage, &error);
        let too_many = self.batches_in_a_row >= MAX_BATCHES_IN_A_ROW || self.parts_in_a_row >= MAX_PARTS_IN_A_ROW;
        if !self.works_for(&error) || too_many || self.probing != Probing::No {
            self.held.push((batch, error));
            Reaction::Hold
        } else {
            Reaction::Split(batch, error)
        }
    }

    /// Returns whether the service is known to accept requests that fail with such an error only for their rows.
    fn works_for(&self, error: &Error) -> bool {
        let rejects_content = matches!(error.kind, ErrorKind::BadRequest | ErrorKind::SchemaRejected);
        self.ever_answered || (rejects_content && self.has_cached_answer)
    }

    /// Decides about the held batches once no call is in flight.
    ///
    /// `queue_is_empty` is true if no probe is to be sent, `has_new_batch` if there are rows that were not asked.
    pub(super) fn decide(&mut self, queue_is_empty: bool, has_new_batch: bool) -> Reaction {
        if self.held.is_empty() || !queue_is_empty {
            return Reaction::Hold;
        }
        let probe = match self.probing {
            Probing::No | Probing::AnotherBatch => self.first_probe(has_new_batch),
            Probing::Halves => self.probe_of_one_row(0),
            Probing::Rows(count) => self.probe_of_one_row(count),
        };
        probe.unwrap_or_else(|| self.held.pop().map_or(Reaction::Hold, |(_, error)| Reaction::Stop(error)))
    }

    /// Asks a held batch in smaller calls, or another one if all are single rows.
    fn first_probe(&mut self, has_new_batch: bool) -> Option<Reaction> {
        let may_be_rows = |error: &Error| may_be_caused_by_rows(error, self.ever_answered);
        let divisible = |(batch, error): &(Batch, Error)| batch.questions.len() > 1 && may_be_rows(error);
        if let Some(at) = self.held.iter().position(divisible) {
            self.probing = Probing::Halves;
            let (batch, error) = self.held.swap_remove(at);
            return Some(Reaction::Split(batch, error));
        }
        let is_rejection = self.held.iter().any(|(_, error)| !is_temporary(error) && may_be_rows(error));
        if self.probing == Probing::No && is_rejection && has_new_batch {
            self.probing = Probing::AnotherBatch;
            return Some(Reaction::Hold);
        }
        None
    }

    /// Takes a row out of the largest held batch, unless enough rows were asked on their own.
    fn probe_of_one_row(&mut self, count: u32) -> Option<Reaction> {
        if count >= MAX_SINGLE_PROBES || !self.rules.can_split {
            return None;
        }
        let divisible = self.held.iter_mut().filter(|(batch, error)| batch.questions.len() > 1 && !is_temporary(error));
        let (batch, _) = divisible.max_by_key(|(batch, _)| batch.questions.len())?;
        let row = batch.questions.pop()?;
        self.probing = Probing::Rows(count + 1);
        Some(Reaction::Probe(Batch { questions: vec![row], stage: Stage::Single }))
    }

    /// Returns whether new batches may be sent. While the service is in doubt only a probe is.
    ///
    /// A probe that ended without a verdict, because its rows failed or another process asks them, holds up nothing.
    pub(super) fn admits_new_batches(&self, calls_in_flight: bool) -> bool {
        match self.probing {
            Probing::AnotherBatch => !calls_in_flight,
            Probing::No => self.held.is_empty(),
            Probing::Halves | Probing::Rows(_) => self.held.is_empty() && !calls_in_flight,
        }
    }
}

/// Returns true for an error that the content of a row can cause. A missing model or permission does not depend on rows, but
/// after an answer both exist.
fn may_be_caused_by_rows(error: &Error, ever_answered: bool) -> bool {
    match error.kind {
        ErrorKind::Retryable => error.http_status.is_some_and(|status| status != 429) || error.may_be_billed,
        ErrorKind::InvalidData | ErrorKind::Panic | ErrorKind::BadRequest | ErrorKind::SchemaRejected => true,
        ErrorKind::NotFound | ErrorKind::Auth => ever_answered,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::question::{Question, RowKey};

    const RULES: HealthRules = HealthRules { can_split: true, counts_attempts: true };

    fn batch(stage: Stage, rows: u8) -> Batch {
        let question = |n| Question { key: RowKey([n; 32]), body: "{}".into(), echo: None, asked: 1, rejected: None };
        Batch { questions: (0..rows).map(question).collect(), stage }
    }

    fn failing() -> Error {
        Error::new(ErrorKind::Retryable, "overloaded").with_http_status(503)
    }

    fn unreachable() -> Error {
        Error::new(ErrorKind::Retryable, "cannot be reached")
    }

    fn rejected() -> Error {
        Error::new(ErrorKind::BadRequest, "bad").with_http_status(400)
    }

    #[track_caller]
    fn hold(health: &mut ServiceHealth, stage: Stage, rows: u8, error: Error) {
        assert!(matches!(health.record_unanswered(batch(stage, rows), error), Reaction::Hold));
    }

    #[test]
    fn the_first_response_releases_held_batches() {
        let mut health = ServiceHealth::new(RULES);
        hold(&mut health, Stage::First, 20, unreachable());
        assert!(!health.admits_new_batches(true));
        assert_eq!(health.record_answer().len(), 1);
        assert!(health.admits_new_batches(true));
    }

    #[test]
    fn a_service_that_no_row_can_make_fail_is_unusable_at_once() {
        let auth = || Error::new(ErrorKind::Auth, "forbidden").with_http_status(403);
        for error in
            [unreachable(), auth(), Error::new(ErrorKind::NotFound, "no such model"), failing().with_http_status(429)]
        {
            let mut health = ServiceHealth::new(RULES);
            hold(&mut health, Stage::First, 20, error.clone());
            assert!(matches!(health.decide(true, true), Reaction::Stop(_)), "{error:?}");
        }
    }

    #[test]
    fn a_service_that_fails_is_probed_once_in_smaller_calls() {
        let broken = Error::new(ErrorKind::Retryable, "closed the connection").maybe_billed();
        for error in [failing(), broken, Error::new(ErrorKind::InvalidData, "too large")] {
            let mut health = ServiceHealth::new(RULES);
            for _ in 0..2 {
                hold(&mut health, Stage::First, 20, error.clone());
            }
            assert!(matches!(health.decide(true, true), Reaction::Split(..)));
            assert!(matches!(health.decide(false, true), Reaction::Hold), "the probe is still to be sent");
            hold(&mut health, Stage::Halve, 10, error.clone());
            assert!(matches!(health.decide(true, true), Reaction::Stop(_)), "the probe failed too");
        }
    }

    #[test]
    fn a_rejection_is_tried_on_halves_and_on_two_rows() {
        let mut health = ServiceHealth::new(RULES);
        hold(&mut health, Stage::First, 20, rejected());
        assert!(matches!(health.decide(true, true), Reaction::Split(..)));
        for _ in 0..2 {
            hold(&mut health, Stage::Halve, 10, rejected());
        }
        for rows_left in [9, 9] {
            let Reaction::Probe(row) = health.decide(true, true) else { panic!("no probe") };
            assert_eq!((row.questions.len(), row.stage), (1, Stage::Single));
            assert!(health.held.iter().any(|(batch, _)| batch.questions.len() == rows_left));
            hold(&mut health, Stage::Single, 1, rejected());
        }
        assert!(matches!(health.decide(true, true), Reaction::Stop(_)));
    }

    #[test]
    fn one_row_alone_is_tried_on_another_row() {
        let mut health = ServiceHealth::new(RULES);
        hold(&mut health, Stage::First, 1, rejected());
        assert!(matches!(health.decide(true, true), Reaction::Hold));
        assert!(health.admits_new_batches(false) && !health.admits_new_batches(true));
        hold(&mut health, Stage::First, 1, rejected());
        assert!(matches!(health.decide(true, true), Reaction::Stop(_)));
        for (error, has_new_batch) in [(failing(), true), (rejected(), false)] {
            let mut health = ServiceHealth::new(RULES);
            hold(&mut health, Stage::First, 1, error);
            assert!(matches!(health.decide(true, has_new_batch), Reaction::Stop(_)));
        }
    }

    #[test]
    fn after_a_response_batches_are_split_until_too_many_fail_in_a_row() {
        for (stage, rows, max) in [(Stage::First, 20, MAX_BATCHES_IN_A_ROW), (Stage::Halve, 2, MAX_PARTS_IN_A_ROW)] {
            for error in [failing(), rejected(), Error::new(ErrorKind::NotFound, "gone")] {
                let mut health = ServiceHealth::new(RULES);
                health.record_answer();
                for _ in 1..max {
                    assert!(matches!(health.record_unanswered(batch(stage, rows), error.clone()), Reaction::Split(..)));
                }
                hold(&mut health, stage, rows, error);
                assert!(matches!(health.decide(true, true), Reaction::Split(..)), "a probe");
            }
        }
    }

    #[test]
    fn after_a_cached_answer_only_a_rejection_is_the_fault_of_rows() {
        let mut health = ServiceHealth::new(RULES);
        health.record_cached();
        assert!(matches!(health.record_unanswered(batch(Stage::First, 1), rejected()), Reaction::Split(..)));
        hold(&mut health, Stage::First, 1, Error::new(ErrorKind::Auth, "forbidden").with_http_status(403));
        assert!(matches!(health.decide(true, false), Reaction::Stop(_)));
    }

    #[test]
    fn temporary_failures_do_not_count_without_a_limit_of_attempts() {
        let mut health = ServiceHealth::new(HealthRules { counts_attempts: false, ..RULES });
        health.record_answer();
        for _ in 0..100 {
            assert!(matches!(health.record_unanswered(batch(Stage::First, 20), failing()), Reaction::Split(..)));
        }
    }
}
