//! Stages 8 and 9: turns items into answers of rows. Pure.
//!
//! Every item is validated on its own: a known id, one answer per row, the right tag, all fields by their rules. A problem
//! with an item leaves only its own row unresolved.

use super::parse::{Item, Parsed};
use super::question::Answer;
use super::row_failure::{FailureReason, RowFailure};
use crate::rules::{OutputColumn, check};
use serde_json::Value;

/// The result of one question of a call.
pub type Verdict = Result<Answer, RowFailure>;

/// The result of a whole response.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciled {
    /// One verdict per question, in order.
    pub verdicts: Vec<Verdict>,
    /// Items under ids that were not asked.
    pub unknown: usize,
}

/// Validates the items of a response against the questions with these ids and tags.
pub fn reconcile(parsed: Parsed<'_>, ids: &[String], tags: Option<&[String]>, outputs: &[OutputColumn]) -> Reconciled {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; ids.len()];
    let mut unknown = 0;
    let cut_off = parsed.cut_off;
    let alone = ids.len() == 1 && parsed.items.len() == 1;
    for item in parsed.items {
        let Some(at) = question_index(&item, ids, alone) else {
            unknown += 1;
            continue;
        };
        let tag = tags.and_then(|tags| tags.get(at)).map(String::as_str);
        let verdict = validate(item, tag, outputs);
        verdicts[at] = Some(match verdicts[at].take() {
            None => verdict,
            Some(earlier) if earlier.is_ok() && earlier == verdict => verdict,
            Some(_) => Err(RowFailure::new(
                FailureReason::Repeated,
                "the row was answered more than once, with different answers",
            )),
        });
    }
    let missing = || {
        if cut_off {
            RowFailure::new(FailureReason::CutOff, "the answer ended before this row")
        } else {
            RowFailure::new(FailureReason::Missing, "the answer leaves out this row")
        }
    };
    Reconciled {
        verdicts: verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|| Err(missing()))).collect(),
        unknown,
    }
}

/// Returns the index of the question that an item answers; one item without an id answers a single question.
fn question_index(item: &Item<'_>, ids: &[String], alone: bool) -> Option<usize> {
    match &item.id {
        Some(id) => ids.iter().position(|known| known == id.trim()),
        None => alone.then_some(0),
    }
}

fn validate(item: Item<'_>, tag: Option<&str>, outputs: &[OutputColumn]) -> Verdict {
    let fields = item
        .fields
        .map_err(|problem| RowFailure::new(FailureReason::Invalid, format!("the answer cannot be used: {problem}")))?;
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    if let Some(tag) = tag {
        let copied = field("tag").and_then(Value::as_str).map(str::trim);
        if copied != Some(tag.trim()) {
            let what = if copied.is_none() { "does not copy the row's tag" } else { "carries the tag of another row" };
            return Err(RowFailure::new(FailureReason::Swapped, format!("the answer {what}")));
        }
    }
    let mut answer = String::with_capacity(96);
    answer.push('{');
    for output in outputs {
        let value = match field(&output.name) {
            Some(value) => value,
            None if output.rule.optional => &Value::Null,
            None => {
                let given = Value::Object(
                    fields
                        .into_iter()
                        .filter(|(name, _)| name != "tag")
                        .map(|(name, value)| (name.into_owned(), value))
                        .collect(),
                );
                return Err(RowFailure::missing_field(&output.name, &given));
            }
        };
        if let Some(violation) = check::violation(&output.name, &output.rule, value) {
            return Err(RowFailure::violation(&output.name, &violation, value));
        }
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
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::rules::{Constraint, Rule, ValueType};
    use std::num::NonZeroUsize;

    fn outputs() -> Vec<OutputColumn> {
        let rule = Rule::new(ValueType::String).with(Constraint::MaxWords(NonZeroUsize::new(3).unwrap()));
        vec![OutputColumn { name: "t".into(), column: "T".into(), rule }]
    }

    fn verdicts(text: &str, tagged: bool) -> (Vec<String>, usize) {
        let ids = ["r0", "r1", "r2"].map(str::to_owned);
        let tags = ["aa", "bb", "cc"].map(str::to_owned);
        let result = reconcile(parse(text).unwrap_or_default(), &ids, tagged.then_some(&tags[..]), &outputs());
        let words = result
            .verdicts
            .iter()
            .map(|v| v.as_ref().map_or_else(|f| f.reason.as_str().to_owned(), ToString::to_string));
        (words.collect(), result.unknown)
    }

    #[test]
    fn each_item_stands_on_its_own() {
        let ok = |n: &str| format!(r#"{{"t":"{n}"}}"#);
        let cases = [
            ("all there", r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r2":{"t":"c"}}"#, vec![ok("a"), ok("b"), ok("c")], 0),
            ("shuffled", r#"{"r2":{"t":"c"},"r0":{"t":"a"},"r1":{"t":"b"}}"#, vec![ok("a"), ok("b"), ok("c")], 0),
            ("missing", r#"{"r0":{"t":"a"},"r2":{"t":"c"}}"#, vec![ok("a"), "missing".into(), ok("c")], 0),
            (
                "unknown",
                r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r2":{"t":"c"},"r9":{"t":"x"}}"#,
                vec![ok("a"), ok("b"), ok("c")],
                1,
            ),
            (
                "padded id",
                r#"{" r0 ":{"t":"a"},"R1":{"t":"b"},"r2":{"t":"c"}}"#,
                vec![ok("a"), "missing".into(), ok("c")],
                1,
            ),
            (
                "repeated",
                r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r1":{"t":"x"},"r2":{"t":"c"}}"#,
                vec![ok("a"), "repeated".into(), ok("c")],
                0,
            ),
            (
                "repeated alike",
                r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r1":{"t":"b"},"r2":{"t":"c"}}"#,
                vec![ok("a"), ok("b"), ok("c")],
                0,
            ),
            (
                "too many words",
                r#"{"r0":{"t":"a b c d"},"r1":{"t":"b"},"r2":{"t":"c"}}"#,
                vec!["invalid".into(), ok("b"), ok("c")],
                0,
            ),
            (
                "further fields",
                r#"{"r0":{"t":"a","u":1},"r1":{"t":"b"},"r2":{"t":"c"}}"#,
                vec![ok("a"), ok("b"), ok("c")],
                0,
            ),
            ("cut off", r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r2":{"t":"#, vec![ok("a"), ok("b"), "cut_off".into()], 0),
            ("nothing", "", vec!["missing".into(), "missing".into(), "missing".into()], 0),
        ];
        for (name, text, expected, unknown) in cases {
            assert_eq!(verdicts(text, false), (expected, unknown), "{name}");
        }
    }

    #[test]
    fn tags_find_answers_that_were_swapped_under_the_right_ids() {
        let swapped = r#"{"r0":{"tag":"bb","t":"b"},"r1":{"tag":"aa","t":"a"},"r2":{"tag":"cc","t":"c"}}"#;
        assert_eq!(verdicts(swapped, true).0, ["swapped", "swapped", r#"{"t":"c"}"#]);
        assert_eq!(
            verdicts(r#"{"r0":{"t":"a"},"r1":{"tag":"bb","t":"b"},"r2":{"tag":"cc","t":"c"}}"#, true).0[0],
            "swapped"
        );
    }

    #[test]
    fn one_answer_to_one_question_needs_no_id() {
        let ids = ["r0".to_owned()];
        let result = reconcile(parse(r#"{"t":"a"}"#).unwrap(), &ids, None, &outputs());
        assert_eq!(result.verdicts, [Ok(r#"{"t":"a"}"#.into())]);
    }
}
