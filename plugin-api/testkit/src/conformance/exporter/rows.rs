//! Checks of the rows that an exporter must be able to write.

use super::export_run::ExportRun;
use super::readback::{Content, content, expect_rows, rows};
use super::values::{EXACT, searchable};
use crate::conformance::assertion::{CheckResult, describe, ensure, expect_ok, fail, wait_for};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::exporter::FinishMode;
use rowsmith_plugin_api::row::{Column, ColumnOrigin, ColumnType};
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::{Value, json};

/// Fails unless a finished output has the rows, or the words if it is text.
pub(super) fn expect_content(
    plugin: &PluginUnderTest,
    run: &ExportRun,
    written: &[Value],
    words: &[&str],
) -> CheckResult {
    match content(plugin, run)? {
        Content::Rows(read) => expect_rows(plugin, &read, written),
        Content::Text(text) => {
            let missing = words.iter().find(|word| !text.contains(**word));
            missing.map_or(Ok(()), |word| fail(format!("the file lacks `{word}` of the written rows")))
        }
    }
}

pub(super) fn every_value(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::new(plugin)?;
    run.begin(&["id", "value"])?;
    let searchable = searchable();
    let mut values: Vec<Value> = searchable.iter().map(|(value, _)| value.clone()).collect();
    if plugin.format.read.is_some() {
        values.extend(EXACT.iter().map(|text| json!(text)));
    }
    let mut written: Vec<Value> =
        values.into_iter().enumerate().map(|(id, value)| json!({"id": id, "value": value})).collect();
    run.write(&written)?;
    // A row may lack a column.
    written.push(json!({"id": 99}));
    run.write(written.split_at(written.len() - 1).1)?;
    run.finish_with_rows(FinishMode::Complete, u64::try_from(written.len()).unwrap_or(u64::MAX))?;
    match content(plugin, &run)? {
        Content::Rows(read) => expect_rows(plugin, &read, &written),
        Content::Text(text) => searchable.into_iter().try_for_each(|(value, expected)| {
            ensure(text.contains(expected), || format!("the file lacks `{expected}` of the written value {value}"))
        }),
    }
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
    // Every column may have null.
    let written = [
        json!({"id": 1, "value": "word", "label": "described-row", "tags": ["a"]}),
        json!({"id": null, "value": null, "label": "", "tags": null}),
        json!({"id": 3, "value": "two words", "label": null, "tags": []}),
    ];
    run.write(&written)?;
    run.finish_with_rows(FinishMode::Complete, 3)?;
    expect_content(plugin, &run, &written, &["described-row"])
}

pub(super) fn late_columns(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::over_earlier(plugin)?;
    run.begin(&["id"])?;
    let written = [
        json!({"id": 1}),
        json!({"id": 2}),
        json!({"id": 3, "late-column": "late-value"}),
        json!({"latest-column": "latest-value", "id": 4}),
    ];
    let [early @ .., late, latest] = &written;
    run.write(early)?;
    for row in [late, latest] {
        if let Err(error) = wait_for("writing a row with a late column", run.try_write(std::slice::from_ref(row))?)? {
            refused(&error)?;
            run.finish(FinishMode::Discard)?;
            return run.expect_earlier("after a refused column");
        }
    }
    run.finish_with_rows(FinishMode::Complete, 4)?;
    expect_content(plugin, &run, &written, &["late-column", "late-value", "latest-column", "latest-value"])
}

/// The columns of some formats are fixed by the first rows. The error names the late column.
pub(super) fn refused(error: &Error) -> CheckResult {
    let names_it = error.context("column") == Some("late-column") && error.kind == ErrorKind::InvalidData;
    ensure(names_it, || {
        format!(
            "expected the late column, or an error of the kind `invalid_data` with the context `column = late-column`, got: {}",
            describe(error)
        )
    })
}

pub(super) fn no_rows(plugin: &PluginUnderTest) -> CheckResult {
    for columns in [&["id", "value"][..], &[]] {
        let run = ExportRun::new(plugin)?;
        run.begin(columns)?;
        run.finish_with_rows(FinishMode::Complete, 0)?;
        if let Some(read) = rows(plugin, &run.bytes()?)? {
            expect_rows(plugin, &read, &[])?;
        }
    }
    Ok(())
}

pub(super) fn repeatable(plugin: &PluginUnderTest) -> CheckResult {
    let write = || -> CheckResult<Vec<u8>> {
        let run = ExportRun::new(plugin)?;
        run.begin(&["a", "b", "c"])?;
        run.write(&[json!({"a": 1, "b": {"y": 1, "x": 2}}), json!({"b": "two", "a": null, "c": 3})])?;
        run.finish(FinishMode::Complete)?;
        run.bytes()
    };
    let (first, second) = (write()?, write()?);
    if first == second {
        return Ok(());
    }
    // Some formats contain the time of writing.
    match (rows(plugin, &first)?, rows(plugin, &second)?) {
        (Some(first), Some(second)) => {
            ensure(first == second, || "two exports of the same rows have different rows".to_owned())
        }
        _ => fail(
            "two exports of the same rows differ; for a format with the time of writing inside, give the suite a reader with `Suite::read`",
        ),
    }
}
