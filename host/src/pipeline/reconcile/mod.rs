//! Stages 8 and 9: turns items into answers of rows. Pure.
//!
//! Every item is validated on its own: a known id, one answer per row, the right tag, all fields by their rules, and no text
//! of the prompt. A problem with an item leaves only its own row unresolved. Documents that contradict each other leave all
//! rows unresolved.

mod documents;
mod values;

use super::own_text::OwnText;
use super::parse::{Document, Item};
use super::question::Answer;
use super::row_failure::{FailureReason, RowFailure};
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
fn question_index(item: &Item<'_>, ids: &[String]) -> Option<usize> {
    match &item.id {
        Some(id) => ids.iter().position(|known| known == id.trim()),
        None => (ids.len() == 1).then_some(0),
    }
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
        && let Some(anchor) = anchors.get(at).and_then(Option::as_deref)
        // A service that does not decode under the schema can leave it out; then the tag pairs answer and row.
        && let Some(given) = field(name)
        && given.as_str().map(str::trim) != Some(anchor)
    {
        return Err(RowFailure::new(
            FailureReason::Swapped,
            format!("the answer's `{name}` is not the one of the row"),
        ));
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
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::rules::{Constraint, Rule, ValueType};
    use std::num::NonZeroUsize;

    fn outputs() -> Vec<OutputColumn> {
        let rule = Rule::new(ValueType::String).with(Constraint::MaxWords(NonZeroUsize::new(3).unwrap()));
        vec![OutputColumn { name: "t".into(), column: "T".into(), rule }]
    }

    fn reconciled(text: &str, ids: &[String], tags: Option<&[String]>) -> Reconciled {
        let own_text = OwnText::default();
        let expected = Expected { ids, tags, anchors: None, outputs: &outputs(), own_text: &own_text };
        reconcile(parse(text).unwrap_or_default(), &expected)
    }

    fn verdicts(text: &str, tagged: bool) -> (Vec<String>, usize) {
        let ids = ["r0", "r1", "r2"].map(str::to_owned);
        let tags = ["aa", "bb", "cc"].map(str::to_owned);
        let result = reconciled(text, &ids, tagged.then_some(&tags[..]));
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
    fn documents_that_contradict_each_other_leave_all_rows() {
        let ok = |n: &str| format!(r#"{{"t":"{n}"}}"#);
        let abc = r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r2":{"t":"c"}}"#;
        let abx = r#"{"r0":{"t":"a"},"r1":{"t":"b"},"r2":{"t":"x"}}"#;
        let valid = vec![ok("a"), ok("b"), ok("c")];
        let repeated = vec!["repeated".to_owned(); 3];
        let cut_off = vec!["cut_off".to_owned(); 3];
        for (name, text, expected) in [
            ("twice the same", format!("{abc}\nonce more\n{abc}"), valid.clone()),
            ("two answers", format!("{abc}\nor\n{abx}"), repeated.clone()),
            ("a correction", format!("{abx}\nCorrected:\n{abc}"), valid.clone()),
            (
                "a correction of one row",
                format!("{abx} Final answer: {{\"r2\":{{\"t\":\"c\"}}}}"),
                vec!["missing".into(), "missing".into(), ok("c")],
            ),
            ("a correction without a word", format!("{abx} hm {{\"r2\":{{\"t\":\"c\"}}}}"), repeated.clone()),
            ("a valid and an invalid one", format!("{abc} or {{\"r0\":{{\"t\":\"a b c d\"}}}}"), repeated),
            ("the second is cut off", format!("{abx} no {{\"r0\":{{\"t\":\"a\"}},\"r1\":{{"), cut_off.clone()),
            ("the second is cut off early", format!("{abx} no {{\"r0\":{{\"t"), cut_off),
            ("parts", r#"{"r0":{"t":"a"}} {"r1":{"t":"b"}} {"r2":{"t":"c"}}"#.to_owned(), valid.clone()),
            ("the rows", format!("{{\"r0\":{{\"row\":{{}}}},\"r2\":{{\"row\":{{}}}}}}\n{abc}"), valid.clone()),
            ("other JSON", format!("{{\"rows\":3}} {abc} {{\"done\":true}}"), valid),
        ] {
            assert_eq!(verdicts(&text, false).0, expected, "{name}");
        }
    }

    #[test]
    fn one_row_has_one_answer() {
        let ids = ["r0".to_owned()];
        for (text, expected) in [
            (r#"{"t":"a"}"#, "ok"),
            (r#"{"r0":{"t":"a"}} {"t":"a"}"#, "ok"),
            (r#"{"note":"x"} {"t":"a"}"#, "ok"),
            (r#"{"t":"a"} or {"t":"b"}"#, "repeated"),
            (r#"[{"t":"a"},{"t":"b"}]"#, "repeated"),
            (r#"{"t":"draft"} Final answer: {"t":"a"}"#, "ok"),
            (r#"{"note":"x"}"#, "invalid"),
            (r#"{"r1":{"t":"a"}}"#, "missing"),
        ] {
            let found = reconciled(text, &ids, None).verdicts.remove(0);
            let word = found.as_ref().map_or_else(|failure| failure.reason.as_str(), |_| "ok");
            assert_eq!(word, expected, "{text}");
            if let Ok(answer) = found {
                assert_eq!(&*answer, r#"{"t":"a"}"#, "{text}");
            }
        }
    }

    #[test]
    fn an_answer_with_the_anchor_of_another_row_is_swapped() {
        let (ids, own_text) = (["r0", "r1", "r2", "r3"].map(str::to_owned), OwnText::default());
        let anchors = [Some("Mars".to_owned()), Some("Io".to_owned()), Some("Rhea".to_owned()), None];
        let anchors = Some(("about", anchors.as_slice()));
        let expected = Expected { ids: &ids, tags: None, anchors, outputs: &outputs(), own_text: &own_text };
        let text =
            r#"{"r0":{"about":" Mars","t":"a"},"r1":{"about":"Mars","t":"b"},"r2":{"about":7,"t":"c"},"r3":{"t":"d"}}"#;
        let found = reconcile(parse(text).unwrap(), &expected).verdicts;
        let words: Vec<&str> =
            found.iter().map(|v| v.as_ref().map_or_else(|f| f.reason.as_str(), |answer| answer)).collect();
        assert_eq!(words, [r#"{"t":"a"}"#, "swapped", "swapped", r#"{"t":"d"}"#]);
    }

    #[test]
    fn one_answer_to_one_question_needs_no_id() {
        let ids = ["r0".to_owned()];
        let result = reconciled(r#"{"t":"a"}"#, &ids, None);
        assert_eq!(result.verdicts, [Ok(r#"{"t":"a"}"#.into())]);
    }
}
