//! Checks of exporters that append to an earlier output.

use super::export_run::{ExportRun, files};
use super::readback::{expect_rows, rows};
use super::rows::{expect_content, refused};
use crate::conformance::assertion::{CheckResult, ensure, skip, wait_for};
use crate::conformance::plugin_under_test::{PluginUnderTest, TestFolder};
use rowsmith_plugin_api::exporter::FinishMode;
use rowsmith_plugin_api::manifest::Capability;
use serde_json::{Value, json};

const COLUMNS: &[&str] = &["number", "name"];

/// Returns the config of a folder with the option that appends.
pub(in crate::conformance) fn appending(folder: &TestFolder) -> Value {
    let mut config = folder.config.clone();
    if let Some(entries) = config.as_object_mut() {
        entries.insert("if_exists".to_owned(), json!("append"));
    }
    config
}

fn appending_folder(plugin: &PluginUnderTest) -> CheckResult<TestFolder> {
    if !plugin.manifest.can(Capability::Append) {
        return skip("the plugin does not declare the capability `append`");
    }
    let mut folder = plugin.test_folder()?;
    folder.config = appending(&folder);
    Ok(folder)
}

fn some_rows(from: u32, to: u32) -> Vec<Value> {
    (from..to).map(|number| json!({"number": number, "name": format!("row {number}, \"quoted\"\nline")})).collect()
}

/// Performs one complete export and returns its folder.
fn export(plugin: &PluginUnderTest, folder: TestFolder, columns: &[&str], rows: &[Value]) -> CheckResult<ExportRun> {
    let run = ExportRun::in_folder(plugin, folder)?;
    run.begin(columns)?;
    if !rows.is_empty() {
        run.write(rows)?;
    }
    run.finish_with_rows(FinishMode::Complete, u64::try_from(rows.len()).unwrap_or(u64::MAX))?;
    Ok(run)
}

pub(super) fn rows_follow(plugin: &PluginUnderTest) -> CheckResult {
    let first = export(plugin, appending_folder(plugin)?, COLUMNS, &some_rows(0, 3))?;
    let none = export(plugin, first.abandon(), COLUMNS, &[])?;
    // The order of the earlier columns is kept.
    let second = export(plugin, none.abandon(), &["name", "number"], &some_rows(3, 5))?;
    let whole = export(plugin, plugin.test_folder()?, COLUMNS, &some_rows(0, 5))?;
    match rows(plugin, &second.bytes()?)? {
        Some(read) => expect_rows(plugin, &read, &some_rows(0, 5)),
        None => ensure(second.bytes()? == whole.bytes()?, || {
            "an output with appended rows differs from one export of all rows".to_owned()
        }),
    }
}

pub(super) fn survives(plugin: &PluginUnderTest) -> CheckResult {
    for ending in [Some(FinishMode::Partial), Some(FinishMode::Discard), None] {
        let first = export(plugin, appending_folder(plugin)?, COLUMNS, &some_rows(0, 3))?;
        let (earlier, target) = (first.bytes()?, first.file()?);
        let run = ExportRun::in_folder(plugin, first.abandon())?;
        run.begin(COLUMNS)?;
        run.write(&some_rows(3, 1_000))?;
        ensure(run.bytes()? == earlier, || "before the end, the earlier output has changed".to_owned())?;
        if let Some(mode) = ending {
            run.finish(mode)?;
        }
        let folder = run.abandon();
        let is_kept = std::fs::read(&target).is_ok_and(|bytes| bytes == earlier);
        ensure(is_kept, || format!("the earlier output has changed after the ending {ending:?}"))?;
        let count = files(&folder)?.len();
        ensure(count == 1 || ending == Some(FinishMode::Partial), || {
            format!("{} files are left beside the target after the ending {ending:?}", count - 1)
        })?;
    }
    Ok(())
}

pub(super) fn new_columns(plugin: &PluginUnderTest) -> CheckResult {
    let first = export(plugin, appending_folder(plugin)?, COLUMNS, &some_rows(0, 3))?;
    let earlier = first.bytes()?;
    let run = ExportRun::in_folder(plugin, first.abandon())?;
    let late = json!({"late-column": "late-value", "number": 3});
    run.begin(COLUMNS)?;
    if let Err(error) = wait_for("appending a row with a new column", run.try_write(std::slice::from_ref(&late))?)? {
        refused(&error)?;
        run.finish(FinishMode::Discard)?;
        return ensure(run.bytes()? == earlier, || "a refused column has changed the earlier output".to_owned());
    }
    run.finish_with_rows(FinishMode::Complete, 1)?;
    expect_content(plugin, &run, &[some_rows(0, 3), vec![late]].concat(), &["row 2", "late-column", "late-value"])
}
