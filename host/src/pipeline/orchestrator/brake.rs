//! Stops a run whose answers are systematically invalid, after few calls. Pure.
//!
//! Until the first calls have enough valid rows, few calls are in flight and the fallback of invalid rows is held. If the
//! first calls fail, their rows are asked again in smaller calls, single rows last: a model that is only too weak for large
//! calls passes then. Afterwards the outcomes of rows are observed for the rest of the run.

use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::fallback::{FailedCall, Unresolved};
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::row_failure::{FailureReason, RowFailure};
use crate::settings::Fallback;

/// Maximum calls in flight before the first valid rows.
const FIRST_CALLS: usize = 5;
/// Maximum calls until a systematic failure stops the run.
const MAX_CALLS: usize = 6;
/// Maximum rows that are asked on their own to tell a systematic failure from a weak model.
const MAX_PROBES: usize = 3;
/// Rows that are enough evidence, whatever their failures have in common.
const ENOUGH_ROWS: u64 = 20;
/// Calls and rows that are enough evidence if all failures are the same.
const ENOUGH_CALLS: usize = 3;
const FEW_ROWS: u64 = 5;

/// The calls whose unresolved rows go to the fallback.
pub(super) type HeldCall = (FailedCall, Vec<Unresolved>);

/// The next step once no call is in flight.
#[derive(Debug)]
pub(super) enum BrakeStep {
    /// The run continues.
    Continue,
    /// These calls show whether smaller calls have valid rows.
    Probe(Vec<Batch>),
    /// The fallback of these calls begins.
    Release(Vec<HeldCall>),
    /// The run stops.
    Stop,
}

/// Answered rows, and the valid ones among them.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    rows: u64,
    valid: u64,
}

impl Sample {
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
    fn is_below(self, share: f64) -> bool {
        (self.valid as f64) < share * self.rows as f64
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No call has had enough valid rows.
    Waiting,
    /// Single rows are being asked.
    Probing,
    /// The answers are valid, or the brake is off.
    Open,
}

/// The state of the brake.
#[derive(Debug)]
pub(super) struct Brake {
    min_share: f64,
    phase: Phase,
    calls: usize,
    answered: Sample,
    held: Vec<HeldCall>,
    /// True if the fallback of the first call has begun.
    released: bool,
    /// The violation of the first rejected answer, and true while all others are the same.
    failure: Option<(RowFailure, bool)>,
    /// Rows that ended, by outcome.
    ended: Sample,
}

impl Brake {
    /// Creates a brake; a share of 0 turns it off.
    pub(super) fn new(min_share: f64) -> Self {
        Self {
            min_share,
            phase: if min_share > 0.0 { Phase::Waiting } else { Phase::Open },
            calls: 0,
            answered: Sample::default(),
            held: Vec::new(),
            released: false,
            failure: None,
            ended: Sample::default(),
        }
    }

    /// Records that valid answers to the question exist, for example in the cache.
    pub(super) fn open(&mut self) {
        self.phase = Phase::Open;
    }

    /// Returns the maximum calls in flight.
    pub(super) fn max_in_flight(&self) -> usize {
        if self.phase == Phase::Open { usize::MAX } else { FIRST_CALLS }
    }

    /// Returns whether rows may be asked for the first time. Small calls need more of them until the evidence is enough, and with
    /// few concurrent calls the first ones are not sent together.
    pub(super) fn admits_new_batches(&self, in_flight: usize) -> bool {
        match self.phase {
            Phase::Open => true,
            Phase::Waiting => {
                let is_first = self.calls == 0 || (in_flight > 0 && self.calls + in_flight < ENOUGH_CALLS);
                self.calls + in_flight < FIRST_CALLS && (is_first || self.answered.rows < FEW_ROWS)
            }
            Phase::Probing => false,
        }
    }

    /// Records the verdicts of a call that is no audit. Returns true if its fallback must be held with [`Self::hold`].
    pub(super) fn record(&mut self, stage: Stage, verdicts: &[Verdict]) -> bool {
        if self.phase == Phase::Open {
            return false;
        }
        let evidence =
            |verdict: &&Verdict| verdict.as_ref().map_or_else(|failure| is_evidence(failure.reason), |_| true);
        let rows = verdicts.iter().filter(evidence).count() as u64;
        let valid = verdicts.iter().filter(|verdict| verdict.is_ok()).count() as u64;
        if rows == 0 {
            return false;
        }
        self.calls += 1;
        if stage == Stage::First {
            self.answered.rows += rows;
        }
        self.answered.valid += valid;
        let call = Sample { rows, valid };
        if valid > 0 && (self.phase == Phase::Probing || !call.is_below(self.min_share)) {
            self.phase = Phase::Open;
            return false;
        }
        for failure in verdicts.iter().filter_map(|verdict| verdict.as_ref().err()) {
            let first = self.failure.get_or_insert_with(|| (failure.clone(), true));
            first.1 &= is_alike(&first.0, failure);
        }
        true
    }

    /// Holds the unresolved rows of a call.
    pub(super) fn hold(&mut self, call: FailedCall, unresolved: Vec<Unresolved>) {
        if !unresolved.is_empty() {
            self.held.push((call, unresolved));
        }
    }

    /// Takes the held rows after the answers turned out to be valid.
    pub(super) fn take_released(&mut self) -> Vec<HeldCall> {
        if self.phase == Phase::Open { std::mem::take(&mut self.held) } else { Vec::new() }
    }

    /// Decides what follows once no call is in flight and none is ready. `more_rows` is true if rows wait for their first
    /// call or may still come from the source.
    pub(super) fn decide(&mut self, policy: Fallback, more_rows: bool) -> BrakeStep {
        if self.phase == Phase::Open || self.calls == 0 || (more_rows && self.admits_new_batches(0)) {
            return BrakeStep::Continue;
        }
        // Rows that were asked on their own have used all their calls.
        let open_calls = self.held.iter().filter(|(call, _)| call.stage != Stage::Single);
        let held: usize = open_calls.map(|(_, unresolved)| unresolved.len()).sum();
        if !more_rows && held == 0 {
            return BrakeStep::Release(std::mem::take(&mut self.held));
        }
        if self.phase == Phase::Probing || policy == Fallback::None {
            return self.end(policy);
        }
        if self.calls == 1 && !self.released && policy == Fallback::Repack {
            self.released = true;
            return BrakeStep::Release(std::mem::take(&mut self.held));
        }
        // Some valid rows show that the failure is not systematic, so that the answer may cost more calls.
        let left = if self.answered.valid > 0 { MAX_PROBES } else { MAX_CALLS.saturating_sub(self.calls) };
        // A run that ends within the allowed calls is not stopped.
        let probes = if more_rows || held > left { left.min(MAX_PROBES) } else { left };
        self.phase = Phase::Probing;
        let batches = self.take_probes(probes);
        if batches.is_empty() { self.end(policy) } else { BrakeStep::Probe(batches) }
    }

    fn end(&mut self, policy: Fallback) -> BrakeStep {
        let probed = self.phase == Phase::Probing || policy == Fallback::None;
        let alike = self.failure.as_ref().is_none_or(|(_, alike)| *alike);
        let few = self.calls >= ENOUGH_CALLS && self.answered.rows >= FEW_ROWS;
        let enough = self.answered.rows >= ENOUGH_ROWS || (alike && few);
        if probed && enough && self.answered.is_below(self.min_share) {
            return BrakeStep::Stop;
        }
        self.phase = Phase::Open;
        BrakeStep::Release(std::mem::take(&mut self.held))
    }

    /// Takes rows of the held calls, each for a call of its own.
    fn take_probes(&mut self, count: usize) -> Vec<Batch> {
        let mut batches = Vec::new();
        for (_, unresolved) in &mut self.held {
            while batches.len() < count && !unresolved.is_empty() {
                let (mut question, failure) = unresolved.remove(0);
                question.reject(&failure);
                batches.push(Batch { questions: vec![question], stage: Stage::Single });
            }
        }
        self.held.retain(|(_, unresolved)| !unresolved.is_empty());
        batches
    }

    /// Records the outcome of a row. Returns true if too few rows end with a valid answer.
    pub(super) fn record_end(&mut self, valid: bool) -> bool {
        self.ended.rows += 1;
        self.ended.valid += u64::from(valid);
        self.min_share > 0.0 && self.ended.rows >= ENOUGH_ROWS && self.ended.is_below(self.min_share)
    }
}

/// Returns whether a failure is about the answer of the model, and neither about the content of the row nor about the service.
fn is_evidence(reason: FailureReason) -> bool {
    match reason {
        FailureReason::Invalid
        | FailureReason::Missing
        | FailureReason::Repeated
        | FailureReason::Swapped
        | FailureReason::Unreadable => true,
        FailureReason::CutOff | FailureReason::Refused | FailureReason::Service | FailureReason::TooLarge => false,
    }
}

fn is_alike(one: &RowFailure, other: &RowFailure) -> bool {
    let rule = |failure: &RowFailure| failure.broken.as_ref().map(|broken| (broken.column.clone(), broken.rule));
    one.reason == other.reason && rule(one) == rule(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::question::{Question, RowKey};

    fn unresolved(rows: usize, failure: &RowFailure) -> Vec<Unresolved> {
        let question = |n: usize| {
            let key = RowKey([u8::try_from(n).unwrap(); 32]);
            Question { key, body: "{}".into(), echo: None, asked: 1, rejected: None }
        };
        (0..rows).map(|n| (question(n), failure.clone())).collect()
    }

    /// Records a call with this many valid rows, and holds the others if the brake wants it.
    fn call(brake: &mut Brake, stage: Stage, rows: usize, valid: usize, reason: FailureReason) {
        let failure = RowFailure::new(reason, "why");
        let verdicts: Vec<Verdict> =
            (0..rows).map(|n| if n < valid { Ok("{}".into()) } else { Err(failure.clone()) }).collect();
        if brake.record(stage, &verdicts) {
            brake.hold(FailedCall { stage, rows, whole: valid == 0 }, unresolved(rows - valid, &failure));
        }
    }

    /// Plays a run whose answers are all invalid; returns the number of calls until it stops.
    fn calls_until_stop(first_calls: usize, rows_per_call: usize) -> usize {
        let mut brake = Brake::new(0.1);
        let mut calls = 0;
        let mut play = |brake: &mut Brake, stage, rows| {
            call(brake, stage, rows, 0, FailureReason::Invalid);
            calls += 1;
        };
        for _ in 0..first_calls {
            play(&mut brake, Stage::First, rows_per_call);
        }
        loop {
            match brake.decide(Fallback::Repack, true) {
                BrakeStep::Stop => return calls,
                BrakeStep::Probe(batches) => {
                    for batch in batches {
                        play(&mut brake, batch.stage, batch.questions.len());
                    }
                }
                BrakeStep::Release(held) => held.into_iter().for_each(|(call, _)| {
                    play(&mut brake, Stage::Halve, call.rows / 2);
                    play(&mut brake, Stage::Halve, call.rows / 2);
                }),
                BrakeStep::Continue => play(&mut brake, Stage::First, rows_per_call),
            }
        }
    }

    #[test]
    fn a_systematic_failure_costs_few_calls() {
        for (first_calls, rows_per_call) in
            [(1, 20), (2, 20), (3, 20), (4, 20), (5, 20), (5, 1), (1, 10), (1, 2), (1, 1)]
        {
            let calls = calls_until_stop(first_calls, rows_per_call);
            assert!((3..=MAX_CALLS).contains(&calls), "{first_calls} of {rows_per_call} rows: {calls}");
        }
    }

    #[test]
    fn enough_valid_rows_end_the_observation_of_calls() {
        let mut brake = Brake::new(0.1);
        assert_eq!(brake.max_in_flight(), FIRST_CALLS);
        call(&mut brake, Stage::First, 20, 2, FailureReason::Invalid);
        assert_eq!(brake.max_in_flight(), usize::MAX);
        assert!(matches!(brake.decide(Fallback::Repack, true), BrakeStep::Continue));
    }

    #[test]
    fn a_model_that_is_too_weak_for_large_calls_goes_on_with_small_ones() {
        let mut brake = Brake::new(0.1);
        for _ in 0..2 {
            call(&mut brake, Stage::First, 20, 1, FailureReason::Swapped);
        }
        assert!(!brake.admits_new_batches(0));
        let BrakeStep::Probe(probes) = brake.decide(Fallback::Repack, true) else { panic!("probes are due") };
        assert_eq!(probes.len(), MAX_PROBES);
        call(&mut brake, Stage::Single, 1, 0, FailureReason::Invalid);
        call(&mut brake, Stage::Single, 1, 1, FailureReason::Invalid);
        assert!(brake.admits_new_batches(0));
        assert_eq!(brake.take_released().iter().map(|(_, rows)| rows.len()).sum::<usize>(), 38 - MAX_PROBES + 1);
    }

    #[test]
    fn content_and_service_are_no_evidence() {
        for reason in [FailureReason::Refused, FailureReason::TooLarge, FailureReason::CutOff, FailureReason::Service] {
            let mut brake = Brake::new(0.1);
            call(&mut brake, Stage::First, 20, 0, reason);
            assert!(brake.admits_new_batches(0) && brake.take_released().is_empty(), "{reason}");
        }
    }

    #[test]
    fn few_valid_outcomes_are_noticed_late_in_a_run_too() {
        let mut brake = Brake::new(0.1);
        brake.open();
        assert!((0..19).all(|_| !brake.record_end(false)));
        assert!(brake.record_end(false));
        let mut brake = Brake::new(0.0);
        assert!((0..100).all(|_| !brake.record_end(false)), "the brake is off");
    }
}
