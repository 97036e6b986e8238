//! Verdicts on responses.

use super::*;
use crate::pipeline::parse::parse;
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
    let words =
        result.verdicts.iter().map(|v| v.as_ref().map_or_else(|f| f.reason.as_str().to_owned(), ToString::to_string));
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
    let words: Vec<&str> = found.iter().map(|v| v.as_deref().unwrap_or_else(|f| f.reason.as_str())).collect();
    assert_eq!(words, [r#"{"t":"a"}"#, "swapped", r#"{"t":"c"}"#, r#"{"t":"d"}"#]);
}

#[test]
fn one_answer_to_one_question_needs_no_id() {
    let ids = ["r0".to_owned()];
    let result = reconciled(r#"{"t":"a"}"#, &ids, None);
    assert_eq!(result.verdicts, [Ok(r#"{"t":"a"}"#.into())]);
}
