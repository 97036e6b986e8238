//! Flaws of exporters that append to an earlier output.

use crate::harness::{assert_fails, assert_passes, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{CheckOutcome, Report, Suite};
use std::path::PathBuf;

/// The settings of the flawed exporter.
#[derive(PluginConfig)]
struct Config {
    /// Name of the flaw.
    flaw: String,
    /// File to write.
    path: PathBuf,
    /// Behaviour when the file exists.
    #[config(default = "replace")]
    if_exists: IfExists,
}

#[derive(PartialEq, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
enum IfExists {
    Replace,
    Append,
}

/// Writes a first line and one JSON object a line.
struct Appender {
    config: Config,
    columns: Vec<String>,
    earlier: String,
    text: String,
    rows: u64,
}

impl Appender {
    fn has(&self, flaw: &str) -> bool {
        self.config.flaw == flaw
    }

    fn save(&self) -> Result<()> {
        let header = if self.earlier.is_empty() || self.has("repeats the header") { "rows:\n" } else { "" };
        let text = format!("{}{header}{}", self.earlier, self.text);
        std::fs::write(&self.config.path, text).map_err(|error| Error::io("write", &self.config.path, &error))
    }
}

impl Exporter for Appender {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        if config.flaw == "refuses" && config.if_exists == IfExists::Append {
            return Err(Error::config("if_exists", "this format cannot append"));
        }
        Ok(Self { config, columns: Vec::new(), earlier: String::new(), text: String::new(), rows: 0 })
    }

    fn target(&self) -> Target {
        let name = self.config.path.display().to_string();
        Target { path: Some(name.clone()), name, ..Target::default() }
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        self.columns = columns;
        if self.config.if_exists == IfExists::Append && !self.has("replaces") {
            self.earlier = std::fs::read_to_string(&self.config.path).unwrap_or_default();
        }
        Ok(())
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        for row in rows.iter() {
            let mut object = row.object();
            let new = object.keys().find(|name| !self.columns.contains(name)).cloned();
            if let Some(new) = new.filter(|_| !self.earlier.is_empty()) {
                if self.has("names no column") {
                    return Err(Error::new(ErrorKind::InvalidData, "the columns are fixed"));
                }
                if self.has("names the column") {
                    return Err(Error::new(ErrorKind::InvalidData, "the columns are fixed").with_context("column", new));
                }
                if self.has("drops new columns") {
                    object.shift_remove(&new);
                }
            }
            self.text.push_str(&Value::Object(object).to_string());
            self.text.push('\n');
            self.rows += 1;
        }
        if self.has("writes at once") { self.save() } else { Ok(()) }
    }

    async fn finish(&mut self, ending: FinishMode) -> Result<ExportSummary> {
        let is_saved = ending == FinishMode::Complete || (ending == FinishMode::Partial && self.has("appends a part"));
        if is_saved {
            self.save()?;
        }
        let earlier = u64::try_from(self.earlier.lines().skip(1).count()).unwrap_or_default();
        let rows = if self.has("counts earlier rows") { self.rows + earlier } else { self.rows };
        Ok(ExportSummary { location: self.target().name, rows, bytes: None })
    }
}

fn report(flaw: &str, capabilities: &'static str) -> Report {
    Suite::of(linked!(exporter: Appender, capabilities).0).config(json!({ "flaw": flaw })).run()
}

#[test]
fn exporters_that_append_conform() {
    for variant in ["none", "names the column"] {
        let report = report(variant, "append");
        report.assert();
        for check in ["append", "append_survives", "append_columns"] {
            assert_passes(&report, check);
        }
    }
}

#[test]
fn every_flaw_is_found() {
    let cases = [
        ("repeats the header", "append", "differs from one export of all rows"),
        ("replaces", "append", "differs from one export of all rows"),
        ("counts earlier rows", "append", "the summary counts 3 rows, expected 0"),
        ("writes at once", "append_survives", "before the end"),
        ("appends a part", "append_survives", "Partial"),
        ("drops new columns", "append_columns", "`late-column`"),
        ("names no column", "append_columns", "`invalid_data`"),
        ("refuses", "capabilities_work", "`append` is declared and unsupported"),
    ];
    for (flaw, check, text) in cases {
        assert_fails(&report(flaw, "append"), check, text);
    }
    let undeclared = report("none", "");
    assert_fails(&undeclared, "capabilities_work", "`append` is supported and not declared");
    assert!(matches!(undeclared.outcome("append"), Some(CheckOutcome::Skipped(_))), "{undeclared}");
}
