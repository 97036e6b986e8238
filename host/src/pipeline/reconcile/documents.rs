//! Selects the documents of a response that hold its answer. Pure.

use super::verdicts::{Expected, Verdict, question_index};
use crate::pipeline::parse::{Document, Item};
use crate::pipeline::row_failure::{FailureReason, RowFailure};

/// Returns the documents that answer questions, and a last one that is cut off before its first item. Without such a
/// document, returns the one with the most items.
pub(super) fn counting<'a>(documents: Vec<Document<'a>>, expected: &Expected<'_>) -> Vec<Document<'a>> {
    let answers = |document: &Document<'_>| document.items.iter().any(|item| answers(item, expected));
    if !documents.iter().any(answers) {
        // The first one of equal length.
        return documents.into_iter().rev().max_by_key(|document| document.items.len()).into_iter().collect();
    }
    documents.into_iter().filter(|document| answers(document) || document.items.is_empty()).collect()
}

/// Returns whether an item answers a question: it has its id and at least one output column. An item of invalid JSON may.
fn answers(item: &Item<'_>, expected: &Expected<'_>) -> bool {
    let is_output = |name: &str| expected.outputs.iter().any(|output| output.name == name);
    question_index(item, expected.ids).is_some()
        && item.fields.as_ref().map_or(true, |fields| fields.iter().any(|(name, _)| is_output(name)))
}

/// Returns whether two documents have different verdicts on one question.
pub(super) fn contradict(earlier: &[Option<Verdict>], later: &[Option<Verdict>]) -> bool {
    let differ = |pair: (&Option<Verdict>, &Option<Verdict>)| matches!(pair, (Some(a), Some(b)) if a != b);
    earlier.iter().zip(later).any(differ)
}

/// Returns the failure of all rows of a response whose documents contradict each other, or whose last one is cut off.
pub(super) fn several_answers(cut_off: bool) -> RowFailure {
    if cut_off {
        RowFailure::new(FailureReason::CutOff, "the last of several answers ended before its end")
    } else {
        let message = "the response holds several different answers, and none is marked as the final one";
        RowFailure::new(FailureReason::Repeated, message)
    }
}
