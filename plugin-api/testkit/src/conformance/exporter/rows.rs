//! Checks of the rows that an exporter must be able to write.

use super::export_run::ExportRun;
use crate::conformance::assertion::{CheckResult, ensure, expect_ok};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::exporter::FinishMode;
use rowsmith_plugin_api::row::{Column, ColumnOrigin, ColumnType};
use serde_json::{Value, json};

/// Values of every kind, each with a text that the file must contain.
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

pub(super) fn every_value(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::new(plugin)?;
    run.begin(&["id", "value"])?;
    let rows: Vec<Value> =
        values().into_iter().enumerate().map(|(id, (value, _))| json!({"id": id, "value": value})).collect();
    run.write(&rows)?;
    // A row may lack a column.
    run.write(&[json!({"id": 99})])?;
    run.finish_with_rows(FinishMode::Complete, u64::try_from(rows.len()).unwrap_or(u64::MAX) + 1)?;
    let text = run.text()?;
    values().into_iter().try_for_each(|(value, expected)| {
        ensure(text.contains(expected), || format!("the file lacks `{expected}` of the written value {value}"))
    })
}

pub(super) fn described(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::new(plugin)?;
    let columns = [
        Column::typed("id", ColumnType::Integer),
        Column::new("value"),
        Column { origin: ColumnOrigin::Output, ..Column::typed("label", ColumnType::String) },
        Column { origin: ColumnOrigin::Output, ..Column::typed("tags", ColumnType::Array) },
    ];
    expect_ok("describing the columns", run.client.describe_columns(&columns))?;
    run.begin(&["id", "value", "label", "tags"])?;
    run.write(&[json!({"id": 1, "value": "word", "label": "described-row", "tags": ["a"]})])?;
    // Every column may have null, and one without a known type any value.
    run.write(&[json!({"id": null, "value": 2.5, "label": null, "tags": null})])?;
    run.finish_with_rows(FinishMode::Complete, 2)?;
    let text = run.text()?;
    ensure(text.contains("described-row"), || "the file lacks `described-row` of the written row".to_owned())
}

pub(super) fn late_columns(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::new(plugin)?;
    run.begin(&["id"])?;
    run.write(&[json!({"id": 1}), json!({"id": 2})])?;
    run.write(&[json!({"id": 3, "late-column": "late-value"})])?;
    run.write(&[json!({"latest-column": "latest-value", "id": 4})])?;
    run.finish_with_rows(FinishMode::Complete, 4)?;
    let text = run.text()?;
    ["late-column", "late-value", "latest-column", "latest-value"]
        .into_iter()
        .try_for_each(|word| ensure(text.contains(word), || format!("the file lacks `{word}`, which arrived late")))
}

pub(super) fn no_rows(plugin: &PluginUnderTest) -> CheckResult {
    for columns in [&["id", "value"][..], &[]] {
        let run = ExportRun::new(plugin)?;
        run.begin(columns)?;
        run.finish_with_rows(FinishMode::Complete, 0)?;
        run.text()?;
    }
    Ok(())
}

pub(super) fn repeatable(plugin: &PluginUnderTest) -> CheckResult {
    let write = || -> CheckResult<String> {
        let run = ExportRun::new(plugin)?;
        run.begin(&["a", "b"])?;
        run.write(&[json!({"a": 1, "b": {"y": 1, "x": 2}}), json!({"b": "two", "a": null, "c": 3})])?;
        run.finish(FinishMode::Complete)?;
        run.text()
    };
    let (first, second) = (write()?, write()?);
    ensure(first == second, || "two exports of the same rows differ".to_owned())
}
