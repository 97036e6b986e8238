//! Stage 10: what is asked again, and how. Pure.
//!
//! Rows that calls left over are asked again in the fewest calls: together with rows that other calls left
//! over, then in halves, then alone. A call that failed as a whole begins at halves. Each step is smaller
//! than the one before, so the number of calls a row may cost is bounded.

use super::batch::{Batch, BatchLimits, Packer, Stage};
use super::question::{Failure, Question};
use crate::settings::Fallback;

/// A question that a call left over, with why.
pub type LeftOver = (Question, Failure);

/// What comes next for the questions that a call left over.
#[derive(Debug, Default)]
pub struct Next {
    /// Calls to make as they are.
    pub batches: Vec<Batch>,
    /// Questions to share calls with others'.
    pub repack: Vec<Question>,
    /// Questions that are given up.
    pub failed: Vec<LeftOver>,
}

/// How often a row that is asked alone may be asked, counting from when it was first told what was wrong.
const ASKED_ALONE: u32 = 2;

/// Decides what comes next.
///
/// `whole` says that the call failed as a whole; `size` is how many rows it had.
pub fn next(policy: Fallback, stage: Stage, size: usize, whole: bool, left: Vec<LeftOver>) -> Next {
    let mut next = Next::default();
    if policy == Fallback::None {
        next.failed = left;
        return next;
    }
    if size == 1 {
        for (question, failure) in left {
            let told = question.rejected.is_some();
            // Asking again for the same refused text, or without anything new to say, would only cost.
            let again = failure.reason != "refused"
                && failure.reason != "too_large"
                && !(told && question.asked >= ASKED_ALONE);
            if again && stage != Stage::Single {
                next.batches.push(Batch { questions: vec![tell(question, &failure)], stage: Stage::Single });
            } else {
                next.failed.push((question, failure));
            }
        }
        return next;
    }
    let told = left.into_iter().map(|(question, failure)| tell(question, &failure));
    match (policy, whole, stage) {
        (Fallback::Individual, ..) => {
            next.batches = told.map(|question| Batch { questions: vec![question], stage: Stage::Single }).collect();
        }
        (_, false, Stage::First) => next.repack = told.collect(),
        _ => next.batches = halves(told.collect(), size),
    }
    next
}

/// Puts the reason into the question, for the model to read. Reasons that are not about the answer help nobody.
fn tell(mut question: Question, failure: &Failure) -> Question {
    question.rejected = match failure.reason {
        "invalid" | "swapped" | "repeated" | "missing" => Some(failure.message.as_str().into()),
        _ => question.rejected,
    };
    question
}

/// Splits questions into calls of at most half the size of the call that failed.
fn halves(questions: Vec<Question>, size: usize) -> Vec<Batch> {
    let most = (size / 2).max(1);
    let stage = if most == 1 { Stage::Single } else { Stage::Halve };
    let mut batches = Vec::new();
    let mut questions = questions.into_iter().peekable();
    while questions.peek().is_some() {
        batches.push(Batch { questions: questions.by_ref().take(most).collect(), stage });
    }
    batches
}

/// A packer for questions that calls left over.
pub fn repacker(limits: BatchLimits) -> Packer {
    Packer::new(limits, Stage::Repack)
}

#[cfg(test)]
mod tests {
    use super::super::question::RowKey;
    use super::*;

    fn left(count: usize, reason: &'static str) -> Vec<LeftOver> {
        (0..count)
            .map(|n| {
                let key = RowKey([u8::try_from(n).unwrap(); 32]);
                let question = Question { key, body: "{}".into(), echo: None, asked: 1, rejected: None };
                (question, Failure::new(reason, "why"))
            })
            .collect()
    }

    fn shape(next: &Next) -> (Vec<usize>, usize, usize) {
        (next.batches.iter().map(|b| b.questions.len()).collect(), next.repack.len(), next.failed.len())
    }

    #[test]
    fn each_step_is_smaller_than_the_one_before() {
        use Fallback as F;
        use Stage as S;
        let cases = [
            ("rows left over share a call", F::Repack, S::First, 20, false, 2, "invalid", (vec![], 2, 0)),
            ("left over again: halves", F::Repack, S::Repack, 20, false, 12, "invalid", (vec![10, 2], 0, 0)),
            ("a whole call: halves", F::Repack, S::First, 20, true, 20, "refused", (vec![10, 10], 0, 0)),
            ("the rest of a cut-off call", F::Repack, S::First, 20, true, 13, "cut_off", (vec![10, 3], 0, 0)),
            ("two: alone", F::Repack, S::Halve, 2, true, 2, "refused", (vec![1, 1], 0, 0)),
            ("alone and invalid: told why once", F::Repack, S::First, 1, false, 1, "invalid", (vec![1], 0, 0)),
            ("alone and refused: given up", F::Repack, S::First, 1, true, 1, "refused", (vec![], 0, 1)),
            ("alone for the last time", F::Repack, S::Single, 1, false, 1, "invalid", (vec![], 0, 1)),
            ("individual", F::Individual, S::First, 20, false, 3, "missing", (vec![1, 1, 1], 0, 0)),
            ("none", F::None, S::First, 20, false, 3, "missing", (vec![], 0, 3)),
        ];
        for (name, policy, stage, size, whole, count, reason, expected) in cases {
            assert_eq!(shape(&next(policy, stage, size, whole, left(count, reason))), expected, "{name}");
        }
    }

    #[test]
    fn the_model_is_told_what_was_wrong() {
        let after = next(Fallback::Repack, Stage::First, 20, false, left(1, "invalid"));
        assert_eq!(after.repack[0].rejected.as_deref(), Some("why"));
        let after = next(Fallback::Repack, Stage::First, 20, true, left(20, "unreadable"));
        assert_eq!(after.batches[0].questions[0].rejected, None, "not the fault of this row");
    }
}
