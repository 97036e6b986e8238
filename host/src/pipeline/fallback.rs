//! Stage 10: plans the next calls for unresolved rows. Pure.
//!
//! Unresolved rows are asked again in the fewest calls: packed with unresolved rows of other calls, then in halves, then on
//! their own. A call that failed as a whole starts with halves. Each step is smaller than the one before, so the number of
//! calls per row is bounded.

use super::batch::{Batch, BatchLimits, Packer, Stage};
use super::question::Question;
use super::row_failure::RowFailure;
use crate::settings::Fallback;

/// A question that a call left unresolved, with the reason.
pub type Unresolved = (Question, RowFailure);

/// The next step for the unresolved questions of a call.
#[derive(Debug, Default)]
pub struct FallbackPlan {
    /// Calls to make as they are.
    pub batches: Vec<Batch>,
    /// Questions to pack with those of other calls.
    pub repack: Vec<Question>,
    /// Questions that failed for good.
    pub failed: Vec<Unresolved>,
}

/// Maximum calls for a row on its own, counted from the first one that carried a rejection reason.
const MAX_CALLS_ALONE: u32 = 2;

/// A call that left questions unresolved.
#[derive(Debug, Clone, Copy)]
pub struct FailedCall {
    /// The step of the fallback that the call belonged to.
    pub stage: Stage,
    /// Rows in the call.
    pub rows: usize,
    /// True if the call failed as a whole.
    pub whole: bool,
}

/// Plans the next step for the unresolved questions of a call.
pub fn plan(policy: Fallback, call: FailedCall, unresolved: Vec<Unresolved>) -> FallbackPlan {
    let mut plan = FallbackPlan::default();
    if policy == Fallback::None {
        plan.failed = unresolved;
        return plan;
    }
    if call.rows == 1 {
        for (question, failure) in unresolved {
            let was_corrected = question.rejected.is_some();
            // A retry without new information would only cost.
            let correction_failed = was_corrected && question.asked >= MAX_CALLS_ALONE;
            let retry = !(failure.reason.is_final_for_one_row() || correction_failed);
            if retry && call.stage != Stage::Single {
                plan.batches.push(Batch { questions: vec![with_rejection(question, &failure)], stage: Stage::Single });
            } else {
                plan.failed.push((question, failure));
            }
        }
        return plan;
    }
    let (alone, together): (Vec<_>, Vec<_>) = unresolved.into_iter().partition(|(_, failure)| failure.is_asked_alone());
    let with_rejections = |unresolved: Vec<Unresolved>| {
        unresolved.into_iter().map(|(question, failure)| with_rejection(question, &failure))
    };
    let single = |question| Batch { questions: vec![question], stage: Stage::Single };
    let questions = with_rejections(together);
    match (policy, call.whole, call.stage) {
        (Fallback::Individual, ..) => {
            plan.batches = questions.map(single).collect();
        }
        (_, false, Stage::First) => plan.repack = questions.collect(),
        _ => plan.batches = halves(questions.collect(), call.rows),
    }
    plan.batches.extend(with_rejections(alone).map(single));
    plan
}

/// Splits the calls of a plan that have more rows than calls should have.
pub fn limit_rows(plan: &mut FallbackPlan, max_rows: usize) {
    let split = |Batch { mut questions, stage }: Batch| {
        let mut batches = Vec::new();
        while questions.len() > max_rows.max(1) {
            let rest = questions.split_off(max_rows.max(1));
            batches.push(Batch { questions: std::mem::replace(&mut questions, rest), stage });
        }
        batches.push(Batch { questions, stage });
        batches
    };
    plan.batches = std::mem::take(&mut plan.batches).into_iter().flat_map(split).collect();
}

/// Returns the calls for the rows of a call that was too large: as many as fit within the limits, at most half of it each.
pub fn shrink(call: FailedCall, unresolved: Vec<Unresolved>, limits: BatchLimits) -> Vec<Batch> {
    let max_rows = limits.max_rows.min(call.rows / 2).max(1);
    let mut packer = Packer::new(BatchLimits { max_rows, ..limits }, Stage::Halve);
    for (question, _) in unresolved {
        packer.push(question);
    }
    std::iter::from_fn(|| packer.take_any()).collect()
}

/// Adds the failure to the question.
fn with_rejection(mut question: Question, failure: &RowFailure) -> Question {
    question.reject(failure);
    question
}

/// Splits questions into calls of at most half the size of the failed call.
fn halves(questions: Vec<Question>, rows: usize) -> Vec<Batch> {
    let max = (rows / 2).max(1);
    let stage = if max == 1 { Stage::Single } else { Stage::Halve };
    let mut batches = Vec::new();
    let mut questions = questions.into_iter().peekable();
    while questions.peek().is_some() {
        batches.push(Batch { questions: questions.by_ref().take(max).collect(), stage });
    }
    batches
}

/// Creates a packer for unresolved questions.
pub fn repacker(limits: BatchLimits) -> Packer {
    Packer::new(limits, Stage::Repack)
}

#[cfg(test)]
mod tests {
    use super::super::question::RowKey;
    use super::super::row_failure::FailureReason as R;
    use super::*;

    fn unresolved(count: usize, reason: R) -> Vec<Unresolved> {
        (0..count)
            .map(|n| {
                let key = RowKey([u8::try_from(n).unwrap(); 32]);
                let question = Question { key, body: "{}".into(), echo: None, asked: 1, rejected: None };
                (question, RowFailure::new(reason, "why"))
            })
            .collect()
    }

    fn shape(plan: &FallbackPlan) -> (Vec<usize>, usize, usize) {
        (plan.batches.iter().map(|b| b.questions.len()).collect(), plan.repack.len(), plan.failed.len())
    }

    #[test]
    fn each_step_is_smaller_than_the_one_before() {
        use Fallback as F;
        use Stage as S;
        let cases = [
            ("unresolved rows share a call", F::Repack, S::First, 20, false, 2, R::Invalid, (vec![], 2, 0)),
            ("unresolved again: halves", F::Repack, S::Repack, 20, false, 12, R::Invalid, (vec![10, 2], 0, 0)),
            ("a whole call: halves", F::Repack, S::First, 20, true, 20, R::Refused, (vec![10, 10], 0, 0)),
            ("the rest of a cut-off call", F::Repack, S::First, 20, true, 13, R::CutOff, (vec![10, 3], 0, 0)),
            ("two: alone", F::Repack, S::Halve, 2, true, 2, R::Refused, (vec![1, 1], 0, 0)),
            (
                "alone and invalid: one retry with the reason",
                F::Repack,
                S::First,
                1,
                false,
                1,
                R::Invalid,
                (vec![1], 0, 0),
            ),
            ("alone and refused: failed", F::Repack, S::First, 1, true, 1, R::Refused, (vec![], 0, 1)),
            ("alone for the last time", F::Repack, S::Single, 1, false, 1, R::Invalid, (vec![], 0, 1)),
            ("individual", F::Individual, S::First, 20, false, 3, R::Missing, (vec![1, 1, 1], 0, 0)),
            ("none", F::None, S::First, 20, false, 3, R::Missing, (vec![], 0, 3)),
        ];
        for (name, policy, stage, size, whole, count, reason, expected) in cases {
            assert_eq!(
                shape(&plan(policy, FailedCall { stage, rows: size, whole }, unresolved(count, reason))),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_call_that_was_too_large_is_packed_to_what_fits() {
        let call = FailedCall { stage: Stage::First, rows: 20, whole: true };
        let sizes = |max_chars| -> Vec<usize> {
            let limits = BatchLimits { max_rows: 20, max_input_tokens: None, max_chars, max_bytes: None };
            let batches = shrink(call, unresolved(20, R::TooLarge), limits);
            batches.iter().map(|batch| batch.questions.len()).collect()
        };
        assert_eq!(sizes(None), [10, 10]);
        // A row has 52 characters.
        assert_eq!(sizes(Some(370)), [7, 7, 6]);
        assert_eq!(sizes(Some(1)), [1; 20]);
    }

    #[test]
    fn a_row_with_the_answer_of_another_row_is_asked_alone() {
        let mut rows = unresolved(3, R::Invalid);
        rows[1].1 = RowFailure::misplaced();
        let after = plan(Fallback::Repack, FailedCall { stage: Stage::First, rows: 20, whole: false }, rows);
        assert_eq!(shape(&after), (vec![1], 2, 0));
        let question = &after.batches[0].questions[0];
        assert_eq!((after.batches[0].stage, question.key), (Stage::Single, RowKey([1; 32])));
    }

    #[test]
    fn a_retry_carries_the_reason_only_when_it_is_about_the_answer() {
        let call = |whole| FailedCall { stage: Stage::First, rows: 20, whole };
        let after = plan(Fallback::Repack, call(false), unresolved(1, R::Invalid));
        let code = after.repack[0].rejected.as_ref().map(|rejected| rejected.code.as_str());
        assert_eq!(code, Some("invalid"));
        let after = plan(Fallback::Repack, call(true), unresolved(20, R::Unreadable));
        assert_eq!(after.batches[0].questions[0].rejected, None, "not the fault of this row");
    }
}
