//! Validates the documents of a response. Pure.
//!
//! Every item is validated on its own: a known id, one answer per row, the right tag, all fields by their rules, and no text
//! of the prompt. A problem with an item leaves only its own row unresolved. Documents that contradict each other leave all
//! rows unresolved.

use super::{documents, values};
use crate::pipeline::own_text::OwnText;
use crate::pipeline::parse::{Document, Item};
use crate::pipeline::question::Answer;
use crate::pipeline::row_failure::{FailureReason, RowFailure};
use crate::rules::OutputColumn;
use serde_json::Value;

/// The result of one question of a call.
pub type Verdict = Result<Answer, RowFailure>;

/// The content of a call that its response is validated against.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The id of each question.
    pub ids: &'a [String],
    /// The tag that each answer must copy, when pairing is on.
    pub tags: Option<&'a [String]>,
    /// The field that the schema fixes to the title of each question's row, and these titles.
    pub anchors: Option<(&'a str, &'a [Option<String>])>,
    /// The output columns.
    pub outputs: &'a [OutputColumn],
    /// The texts of the prompt that are never values.
    pub own_text: &'a OwnText,
}

/// The result of a whole response.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciled {
    /// One verdict per question, in order.
    pub verdicts: Vec<Verdict>,
    /// Items under ids that were not asked.
    pub unknown: usize,
    /// True if the last document that counts is cut off.
    pub cut_off: bool,
}

/// Validates the documents of a response against the questions of its call.
pub fn reconcile(documents: Vec<Document<'_>>, expected: &Expected<'_>) -> Reconciled {
    let documents = documents::counting(documents, expected);
    let cut_off = documents.last().is_some_and(|document| document.cut_off);
    let mut unknown = 0;
    let mut verdicts: Vec<Option<Verdict>> = vec![None; expected.ids.len()];
    for (nth, document) in documents.into_iter().enumerate() {
        let answered = document_verdicts(document, expected, &mut unknown);
        if nth > 0 && (cut_off || documents::contradict(&verdicts, &answered)) {
            let verdicts = vec![Err(documents::several_answers(cut_off)); expected.ids.len()];
            return Reconciled { verdicts, unknown, cut_off };
        }
        for (verdict, answered) in verdicts.iter_mut().zip(answered) {
            *verdict = answered.or_else(|| verdict.take());
        }
    }
    let missing = || {
        if cut_off {
            RowFailure::new(FailureReason::CutOff, "the answer ended before this row")
        } else {
            RowFailure::new(FailureReason::Missing, "the answer leaves out this row")
        }
    };
    let verdicts = verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|| Err(missing()))).collect();
    Reconciled { verdicts, unknown, cut_off }
}

/// Returns the verdicts of one document, without those of questions that it leaves out.
fn document_verdicts(document: Document<'_>, expected: &Expected<'_>, unknown: &mut usize) -> Vec<Option<Verdict>> {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; expected.ids.len()];
    for item in document.items {
        let Some(at) = question_index(&item, expected.ids) else {
            *unknown += 1;
            continue;
        };
        let verdict = validate(item, at, expected);
        verdicts[at] = Some(match verdicts[at].take() {
            None => verdict,
            Some(earlier) if earlier.is_ok() && earlier == verdict => verdict,
            Some(_) => Err(RowFailure::new(
                FailureReason::Repeated,
                "the row was answered more than once, with different answers",
            )),
        });
    }
    verdicts
}

/// Returns the index of the question that an item answers; an item without an id answers a single question.
pub(super) fn question_index(item: &Item<'_>, ids: &[String]) -> Option<usize> {
    match &item.id {
        Some(id) => ids.iter().position(|known| known == id.trim()),
        None => (ids.len() == 1).then_some(0),
    }
}

/// Returns whether a text is the anchor of another row and not of this one. Any other text proves nothing: the service does
/// not decode under the schema, and the tag pairs answer and row.
fn is_anchor_of_another(text: &str, at: usize, anchors: &[Option<String>]) -> bool {
    let is_own = |index: usize| anchors.get(index).and_then(Option::as_deref) == Some(text);
    !is_own(at) && (0..anchors.len()).any(is_own)
}

fn validate(item: Item<'_>, at: usize, expected: &Expected<'_>) -> Verdict {
    let fields = item
        .fields
        .map_err(|problem| RowFailure::new(FailureReason::Invalid, format!("the answer cannot be used: {problem}")))?;
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    if let Some(tag) = expected.tags.and_then(|tags| tags.get(at)) {
        let copied = field("tag").and_then(Value::as_str).map(str::trim);
        if copied != Some(tag.trim()) {
            let what = if copied.is_none() { "does not copy the row's tag" } else { "carries the tag of another row" };
            return Err(RowFailure::new(FailureReason::Swapped, format!("the answer {what}")));
        }
    }
    if let Some((name, anchors)) = expected.anchors
        && let Some(given) = field(name).and_then(Value::as_str)
        && is_anchor_of_another(given.trim(), at, anchors)
    {
        return Err(RowFailure::new(FailureReason::Swapped, format!("the answer's `{name}` is that of another row")));
    }
    let mut answer = String::with_capacity(96);
    answer.push('{');
    for output in expected.outputs {
        let value = values::validated(output, &fields, at, expected.own_text)?;
        if answer.len() > 1 {
            answer.push(',');
        }
        answer.push_str(&serde_json::to_string(&output.name).unwrap_or_default());
        answer.push(':');
        answer.push_str(&serde_json::to_string(value).unwrap_or_default());
    }
    answer.push('}');
    Ok(answer.into())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
