//! Which rows an exporter must be able to write.

use super::session::Session;
use crate::conformance::finding::{Judged, ensure};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::exporter::Ending;
use serde_json::{Value, json};

/// Values of every kind, each with a text that must be found in the file.
fn values() -> Vec<(Value, &'static str)> {
    vec![
        (Value::Null, ""),
        (json!(true), "true"),
        (json!(false), "false"),
        (json!(0), "0"),
        (json!(-12.5), "-12.5"),
        (json!(9_007_199_254_740_993_i64), "9007199254740993"),
        (json!(""), ""),
        (json!("plain-word"), "plain-word"),
        (json!("naïve – 日本語 🦀"), "日本語 🦀"),
        (json!("e\u{301}galite\u{301}"), "galite\u{301}"),
        (json!("first-line\nsecond-line\r\nthird-line"), "third-line"),
        (json!("comma, \"quote\", tab\t, |pipe|, <tag>, back\\slash end-of-marks"), "end-of-marks"),
        (json!("\u{0}\u{1}\u{7f} after-controls"), "after-controls"),
        (json!("=1+formula-text"), "1+formula-text"),
        (json!(["list-item", 2]), "list-item"),
        (json!({"inner-key": {"deep": []}}), "inner-key"),
    ]
}

pub(super) fn every_value(subject: &Subject) -> Judged {
    let session = Session::new(subject)?;
    session.begin(&["id", "value"])?;
    let rows: Vec<Value> =
        values().into_iter().enumerate().map(|(id, (value, _))| json!({"id": id, "value": value})).collect();
    session.write(&rows)?;
    // A row may lack a column.
    session.write(&[json!({"id": 99})])?;
    let summary = session.finish(Ending::Complete)?;
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX) + 1;
    ensure(summary.rows == count, || format!("{count} rows were written, and the summary says {}", summary.rows))?;
    let text = session.text()?;
    values().into_iter().try_for_each(|(value, expected)| {
        ensure(text.contains(expected), || {
            format!("the value {value} was written, and `{expected}` is not in the file")
        })
    })
}

pub(super) fn late_columns(subject: &Subject) -> Judged {
    let session = Session::new(subject)?;
    session.begin(&["id"])?;
    session.write(&[json!({"id": 1}), json!({"id": 2})])?;
    session.write(&[json!({"id": 3, "late-column": "late-value"})])?;
    session.write(&[json!({"latest-column": "latest-value", "id": 4})])?;
    let summary = session.finish(Ending::Complete)?;
    ensure(summary.rows == 4, || format!("4 rows were written, and the summary says {}", summary.rows))?;
    let text = session.text()?;
    ["late-column", "late-value", "latest-column", "latest-value"]
        .into_iter()
        .try_for_each(|word| ensure(text.contains(word), || format!("`{word}` came late, and is not in the file")))
}

pub(super) fn no_rows(subject: &Subject) -> Judged {
    for columns in [&["id", "value"][..], &[]] {
        let session = Session::new(subject)?;
        session.begin(columns)?;
        let summary = session.finish(Ending::Complete)?;
        ensure(summary.rows == 0, || format!("no row was written, and the summary says {}", summary.rows))?;
        session.text()?;
    }
    Ok(())
}

pub(super) fn repeatable(subject: &Subject) -> Judged {
    let write = || -> Judged<String> {
        let session = Session::new(subject)?;
        session.begin(&["a", "b"])?;
        session.write(&[json!({"a": 1, "b": {"y": 1, "x": 2}}), json!({"b": "two", "a": null, "c": 3})])?;
        session.finish(Ending::Complete)?;
        session.text()
    };
    let (first, second) = (write()?, write()?);
    ensure(first == second, || "two exports of the same rows differ".to_owned())
}
