//! Checks of the target when an export ends, completely or not.

use super::export_run::{EARLIER, ExportRun, files};
use super::readback::{Content, content, expect_rows};
use super::rows::expect_content;
use crate::conformance::assertion::{CheckResult, ensure, expect_ok};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::exporter::FinishMode;
use serde_json::{Value, json};
use std::fs;

const COLUMNS: &[&str] = &["number", "name"];

fn rows(from: u32, to: u32) -> Vec<Value> {
    (from..to).map(|number| json!({"number": number, "name": format!("row-{number}")})).collect()
}

pub(super) fn target(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::new(plugin)?;
    let before = expect_ok("asking for the target", run.client.target())?;
    ensure(!before.name.trim().is_empty(), || "the target has no name".to_owned())?;
    run.begin(COLUMNS)?;
    run.write(&rows(0, 3))?;
    let after = expect_ok("asking for the target", run.client.target())?;
    ensure(before == after, || format!("the target is `{}`, and was `{}` before", after.name, before.name))
}

pub(super) fn complete(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::new(plugin)?;
    run.begin(COLUMNS)?;
    run.write(&rows(0, 300))?;
    run.write(&rows(300, 500))?;
    let summary = run.finish_with_rows(FinishMode::Complete, 500)?;
    let size = u64::try_from(run.bytes()?.len()).unwrap_or(u64::MAX);
    ensure(summary.bytes.is_none_or(|bytes| bytes == size), || {
        format!("the summary counts {} bytes, the file has {size}", summary.bytes.unwrap_or_default())
    })?;
    expect_only_the_target(&run)?;
    expect_content(plugin, &run, &rows(0, 500), &["row-0", "row-299", "row-300", "row-499"])
}

fn expect_only_the_target(run: &ExportRun) -> CheckResult {
    let target = run.file_name()?;
    let others: Vec<String> = run.files()?.into_iter().filter(|name| *name != target).collect();
    ensure(others.is_empty(), || format!("other files are beside the target: {}", others.join(", ")))
}

pub(super) fn survives(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::over_earlier(plugin)?;
    run.begin(COLUMNS)?;
    run.write(&rows(0, 2_000))?;
    run.expect_earlier("before the end")?;
    run.finish(FinishMode::Complete)?;
    ensure(run.bytes()? != EARLIER.as_bytes(), || "after the end, the earlier result is still there".to_owned())?;
    expect_only_the_target(&run)
}

pub(super) fn partial(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::over_earlier(plugin)?;
    run.begin(COLUMNS)?;
    run.write(&rows(0, 50))?;
    let summary = run.finish_with_rows(FinishMode::Partial, 50)?;
    run.expect_earlier("after a stopped run")?;
    // The written rows may be kept in a file that the summary names.
    let target = run.file_name()?;
    let unnamed = run.files()?.into_iter().find(|name| *name != target && !summary.location.contains(name.as_str()));
    ensure(unnamed.is_none(), || {
        format!("the file `{}` is left, and the summary does not name it", unnamed.unwrap_or_default())
    })
}

pub(super) fn discard(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::over_earlier(plugin)?;
    run.begin(COLUMNS)?;
    run.write(&rows(0, 50))?;
    run.finish(FinishMode::Discard)?;
    run.expect_earlier("after a discarded run")?;
    expect_only_the_target(&run)
}

pub(super) fn dropped(plugin: &PluginUnderTest) -> CheckResult {
    let run = ExportRun::over_earlier(plugin)?;
    run.begin(COLUMNS)?;
    run.write(&rows(0, 50))?;
    let target = run.file()?;
    let folder = run.abandon();
    let is_kept = fs::read(&target).is_ok_and(|bytes| bytes == EARLIER.as_bytes());
    ensure(is_kept, || "the earlier result is gone".to_owned())?;
    let count = files(&folder)?.len();
    ensure(count == 1, || format!("{} files are left beside the target", count - 1))
}

pub(super) fn two(plugin: &PluginUnderTest) -> CheckResult {
    let (one, two) = (ExportRun::new(plugin)?, ExportRun::new(plugin)?);
    let targets = (one.file()?, two.file()?);
    ensure(targets.0 != targets.1, || "two configs have one target".to_owned())?;
    one.begin(COLUMNS)?;
    two.begin(COLUMNS)?;
    one.write(&rows(0, 5))?;
    two.write(&rows(5, 12))?;
    one.write(&rows(12, 14))?;
    one.finish_with_rows(FinishMode::Complete, 7)?;
    two.finish_with_rows(FinishMode::Complete, 7)?;
    let of_one = [rows(0, 5), rows(12, 14)].concat();
    for (run, own, foreign) in [(&one, of_one, "row-5"), (&two, rows(5, 12), "row-13")] {
        match content(plugin, run)? {
            Content::Rows(read) => expect_rows(plugin, &read, &own)?,
            Content::Text(text) => {
                ensure(!text.contains(foreign), || "a file has rows of the other export".to_owned())?;
            }
        }
    }
    Ok(())
}
