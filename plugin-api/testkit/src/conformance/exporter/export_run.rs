//! One export, and the folder that it writes into.

use crate::conformance::assertion::{CheckResult, ensure, expect_ok, skip, suite_step};
use crate::conformance::plugin_under_test::{OpenPlugin, PluginUnderTest, TestFolder};
use rowsmith_plugin_api::bridge::client::ExporterClient;
use rowsmith_plugin_api::exporter::{ExportSummary, FinishMode};
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_api::{Result, RowChunk};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Content of the target before an export.
pub(super) const EARLIER: &str = "an earlier result\n";

/// An export in a new folder.
pub(super) struct ExportRun {
    folder: TestFolder,
    opened: OpenPlugin,
    pub(super) client: ExporterClient,
}

impl ExportRun {
    pub(super) fn new(plugin: &PluginUnderTest) -> CheckResult<Self> {
        Self::in_folder(plugin, plugin.test_folder()?)
    }

    /// Prepares an export in a folder of an earlier one.
    pub(super) fn in_folder(plugin: &PluginUnderTest, folder: TestFolder) -> CheckResult<Self> {
        let opened = plugin.open(&folder, &plugin.host(&folder))?;
        let client = ExporterClient(opened.remote.clone());
        Ok(Self { folder, opened, client })
    }

    /// Prepares an export whose target has an earlier result.
    pub(super) fn over_earlier(plugin: &PluginUnderTest) -> CheckResult<Self> {
        let run = Self::new(plugin)?;
        suite_step("writing an earlier result", fs::write(run.file()?, EARLIER))?;
        Ok(run)
    }

    /// Returns the path of the target.
    pub(super) fn file(&self) -> CheckResult<PathBuf> {
        let target = expect_ok("asking for the target", self.client.target())?;
        match target.path {
            Some(path) => Ok(PathBuf::from(path)),
            None => skip("the target is not a file"),
        }
    }

    /// Returns the file name of the target.
    pub(super) fn file_name(&self) -> CheckResult<String> {
        Ok(self.file()?.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }

    pub(super) fn begin(&self, columns: &[&str]) -> CheckResult {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        expect_ok("beginning", self.client.begin(&columns))
    }

    pub(super) fn write(&self, rows: &[Value]) -> CheckResult {
        expect_ok("writing rows", self.try_write(rows)?)
    }

    /// Returns a call that writes rows and may fail.
    pub(super) fn try_write(&self, rows: &[Value]) -> CheckResult<impl Future<Output = Result<()>>> {
        let chunk = chunk(rows)?;
        Ok(async move { self.client.write(&chunk).await })
    }

    pub(super) fn finish(&self, ending: FinishMode) -> CheckResult<ExportSummary> {
        expect_ok("finishing", self.client.finish(ending))
    }

    /// Finishes, and fails unless the summary counts the rows.
    pub(super) fn finish_with_rows(&self, ending: FinishMode, rows: u64) -> CheckResult<ExportSummary> {
        let summary = self.finish(ending)?;
        ensure(summary.rows == rows, || format!("the summary counts {} rows, expected {rows}", summary.rows))?;
        Ok(summary)
    }

    /// Drops the exporter and returns its folder.
    pub(super) fn abandon(self) -> TestFolder {
        let Self { folder, opened, client } = self;
        drop((opened, client));
        folder
    }

    /// Returns the names of the files in the folder.
    pub(super) fn files(&self) -> CheckResult<BTreeSet<String>> {
        files(&self.folder)
    }

    /// Returns the bytes of the target.
    pub(super) fn bytes(&self) -> CheckResult<Vec<u8>> {
        suite_step("reading the target", fs::read(self.file()?))
    }

    /// Fails unless the target has its earlier content.
    pub(super) fn expect_earlier(&self, when: &str) -> CheckResult {
        ensure(self.bytes()? == EARLIER.as_bytes(), || format!("{when}, the earlier result is gone"))
    }
}

/// Returns the names of the files in a folder.
pub(super) fn files(folder: &TestFolder) -> CheckResult<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in suite_step("listing the folder", fs::read_dir(folder.path()))? {
        names.insert(suite_step("listing the folder", entry)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn chunk(rows: &[Value]) -> CheckResult<RowChunk> {
    let mut builder = ChunkBuilder::new();
    for row in rows {
        suite_step("building a row", builder.push(row))?;
    }
    Ok(builder.take())
}
