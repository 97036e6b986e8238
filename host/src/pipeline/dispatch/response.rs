//! Validates the response to a call. Pure.

use super::call_event::CallEvent;
use super::finished_batch::BatchEnd;
use crate::pipeline::content_check;
use crate::pipeline::equal_texts::EqualTexts;
use crate::pipeline::parse;
use crate::pipeline::prompt::Asked;
use crate::pipeline::reconcile::{Expected, Verdict, reconcile};
use crate::pipeline::row_failure::{FailureReason, RowFailure};
use crate::rules::{OutputColumn, wording};
use rowsmith_plugin_api::completion::{Completion, FinishReason};

/// Parses and validates a response. Returns the event to count, and the end of the batch.
///
/// `cap_grew` is true if an output cap that is larger from now on cut the answer off, so that the same rows may
/// fit into one call.
pub(super) fn validate(
    completion: Completion,
    asked: &Asked,
    outputs: &[OutputColumn],
    equal_texts: &EqualTexts,
    cap_grew: bool,
) -> (CallEvent, BatchEnd) {
    let Completion { text, finish, finish_detail, usage, model, .. } = completion;
    let answered = |unknown, misplaced| CallEvent::Answered { usage, model, unknown, misplaced };
    let failed = |reason, message: String| BatchEnd::failed(RowFailure::new(reason, message), asked.ids.len());
    let repacked = |mut end: BatchEnd| {
        if let BatchEnd::Validated { whole, .. } = &mut end {
            *whole &= !cap_grew;
        }
        end
    };
    let detail = finish_detail.map_or_else(String::new, |detail| format!(" ({detail})"));
    if finish == FinishReason::Blocked {
        return (answered(0, 0), failed(FailureReason::Refused, format!("the service refused the content{detail}")));
    }
    let parse = if finish == FinishReason::Length { parse::parse_cut_off } else { parse::parse };
    let Some(documents) = parse(&text) else {
        let end = if finish == FinishReason::Length {
            repacked(failed(FailureReason::CutOff, "the answer reached its limit before the first row".to_owned()))
        } else {
            let start = wording::shorten(text.trim());
            let message = format!("the answer holds no JSON rows{detail}; it begins with: {start}");
            BatchEnd::failed(RowFailure::unreadable(message, &text), asked.ids.len())
        };
        return (answered(0, 0), end);
    };
    let Asked { ids, tags, anchors, own_text, .. } = asked;
    let anchors = anchors.as_ref().map(|(field, anchors)| (*field, anchors.as_slice()));
    let expected = Expected { ids, tags: tags.as_deref(), anchors, outputs, own_text };
    let mut reconciled = reconcile(documents, &expected);
    let misplaced = if asked.check_content { reject_misplaced(&mut reconciled.verdicts, asked, outputs) } else { 0 };
    let cut_off = reconciled.cut_off || finish == FinishReason::Length;
    let none_valid = reconciled.verdicts.iter().all(Result::is_err);
    if none_valid {
        reconciled
            .verdicts
            .iter_mut()
            .filter_map(|verdict| verdict.as_mut().err())
            .for_each(|failure| failure.add_response(&text));
    }
    let answers: Vec<Option<&str>> = reconciled.verdicts.iter().map(|verdict| verdict.as_deref().ok()).collect();
    let suspected = equal_texts.find(outputs, &answers, &bodies(asked));
    let end = BatchEnd::Validated { verdicts: reconciled.verdicts, whole: cut_off || none_valid, suspected };
    (answered(reconciled.unknown, misplaced), repacked(end))
}

fn bodies(asked: &Asked) -> Vec<&str> {
    asked.own_text.rows.iter().map(|row| &*row.body).collect()
}

/// Rejects the answers that are about another row of the call, and returns their number.
fn reject_misplaced(verdicts: &mut [Verdict], asked: &Asked, outputs: &[OutputColumn]) -> usize {
    let answers: Vec<Option<&str>> = verdicts.iter().map(|verdict| verdict.as_deref().ok()).collect();
    let misplaced = content_check::misplaced(outputs, &answers, &bodies(asked));
    for (verdict, _) in verdicts.iter_mut().zip(&misplaced).filter(|(_, misplaced)| **misplaced) {
        *verdict = Err(RowFailure::misplaced());
    }
    misplaced.into_iter().filter(|misplaced| *misplaced).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Rule, ValueType};

    /// Returns the reason or "ok" of both rows, whether the call failed as a whole, and the number of unknown ids.
    fn validated(text: &str, finish: FinishReason) -> (Vec<&'static str>, bool, usize) {
        let ids = ["r0", "r1"].map(str::to_owned).to_vec();
        let asked = Asked { ids, ..Asked::default() };
        let outputs = [OutputColumn { name: "t".into(), column: "T".into(), rule: Rule::new(ValueType::String) }];
        let completion = Completion { finish, ..Completion::text(text) };
        match validate(completion, &asked, &outputs, &EqualTexts::new(0.5), false) {
            (CallEvent::Answered { unknown, .. }, BatchEnd::Validated { verdicts, whole, .. }) => {
                let reasons =
                    verdicts.iter().map(|verdict| verdict.as_ref().map_or_else(|f| f.reason.as_str(), |_| "ok"));
                (reasons.collect(), whole, unknown)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_row_has_a_verdict() {
        let both = r#"{"r0":{"t":"a"},"r1":{"t":"b"}}"#;
        let cases = [
            (both, FinishReason::Stop, vec!["ok", "ok"], false, 0),
            (both, FinishReason::Length, vec!["ok", "ok"], true, 0),
            (both, FinishReason::Blocked, vec!["refused", "refused"], true, 0),
            (r#"{"r0":{"t":"a"},"x":{"t":"b"}}"#, FinishReason::Stop, vec!["ok", "missing"], false, 1),
            (r#"{"r0":{"t":"a"},"r1":{"t":"#, FinishReason::Length, vec!["ok", "cut_off"], true, 0),
            (r#"{"r0":{"t":1},"r1":{}}"#, FinishReason::Stop, vec!["invalid", "invalid"], true, 0),
            ("no rows", FinishReason::Stop, vec!["unreadable", "unreadable"], true, 0),
            ("no rows", FinishReason::Length, vec!["cut_off", "cut_off"], true, 0),
            (&format!("A draft: {both}. No,"), FinishReason::Length, vec!["cut_off", "cut_off"], true, 0),
            (&format!("A draft: {both}. Yes."), FinishReason::Stop, vec!["ok", "ok"], false, 0),
        ];
        for (text, finish, reasons, whole, unknown) in cases {
            assert_eq!(validated(text, finish), (reasons, whole, unknown), "{text} {finish:?}");
        }
    }
}
