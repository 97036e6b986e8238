//! Flaws of exporters.

use crate::harness::{ManifestLines, assert_fails, linked};
use rowsmith_plugin_api::bridge::LinkedPlugin;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{Report, Suite};
use std::path::{Path, PathBuf};

/// The settings of the flawed exporter.
#[derive(PluginConfig)]
struct Config {
    /// Name of the flaw.
    flaw: String,
    /// File to write.
    path: PathBuf,
}

/// Keeps all rows in memory and writes them as JSON Lines at the end.
struct Flawed {
    config: Config,
    columns: Vec<String>,
    text: String,
    rows: u64,
}

impl Flawed {
    fn has(&self, flaw: &str) -> bool {
        self.config.flaw == flaw
    }

    fn write_to(&self, path: &Path) -> Result<()> {
        std::fs::write(path, &self.text).map_err(|error| Error::io("write", path, &error))
    }
}

impl Exporter for Flawed {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Ok(Self { config, columns: Vec::new(), text: String::new(), rows: 0 })
    }

    fn target(&self) -> Target {
        let mut name = self.config.path.display().to_string();
        if self.has("moves its target") {
            name.push_str(&self.rows.to_string());
        }
        Target { name, path: Some(self.config.path.display().to_string()), ..Target::default() }
    }

    fn describe_columns(&mut self, columns: Vec<Column>) -> Result<()> {
        let untyped = columns.iter().find(|column| column.column_type.is_none());
        match untyped.filter(|_| self.has("requires types")) {
            Some(column) => {
                Err(Error::new(ErrorKind::InvalidData, format!("the column `{}` has no type", column.name)))
            }
            None => Ok(()),
        }
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        self.columns = columns;
        if self.has("writes at once") {
            self.write_to(&self.config.path)?;
        }
        if self.has("leaves drafts") {
            self.write_to(&self.config.path.with_extension("draft"))?;
        }
        Ok(())
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        for row in rows.iter() {
            let mut object = row.object();
            if self.has("forgets late columns") {
                object.retain(|name, _| self.columns.contains(name));
            }
            let mut line = Value::Object(object).to_string();
            if self.has("writes ASCII") {
                line.retain(|c| c.is_ascii());
            }
            self.text.push_str(&line);
            self.text.push('\n');
            self.rows += 1;
        }
        Ok(())
    }

    async fn finish(&mut self, ending: FinishMode) -> Result<ExportSummary> {
        let path = &self.config.path;
        let beside = path.with_extension("partial");
        match ending {
            FinishMode::Discard if !self.has("keeps discarded rows") => {}
            FinishMode::Partial if self.has("hides its leftovers") => self.write_to(&beside)?,
            FinishMode::Partial if !self.has("replaces by a part") => {}
            _ if self.has("requires rows") && self.rows == 0 => {}
            _ => self.write_to(path)?,
        }
        let rows = if self.has("miscounts") { self.rows + 1 } else { self.rows };
        let bytes = self.has("measures wrongly").then_some(3);
        Ok(ExportSummary { location: path.display().to_string(), rows, bytes })
    }
}

fn report(flaw: &str) -> Report {
    Suite::of(linked!(exporter: Flawed, "").0).config(json!({ "flaw": flaw })).run()
}

#[test]
fn an_exporter_without_a_flaw_conforms() {
    report("none").assert();
}

#[test]
fn every_flaw_is_found() {
    let cases = [
        ("miscounts", "complete", "501 rows, expected 500"),
        ("leaves drafts", "complete", "rows.draft"),
        ("leaves drafts", "dropped_export", "1 files"),
        ("writes at once", "survives_writing", "before the end"),
        ("replaces by a part", "survives_partial", "earlier result"),
        ("hides its leftovers", "survives_partial", "`rows.partial`"),
        ("keeps discarded rows", "survives_discard", "earlier result"),
        ("forgets late columns", "late_columns", "`late-column`"),
        ("moves its target", "target", "/files/rows3`"),
        ("measures wrongly", "complete", "3 bytes"),
        ("writes ASCII", "every_value", "`日本語 🦀`"),
        ("requires types", "described_columns", "`value` has no type"),
        ("requires rows", "no_rows", "reading the target failed"),
    ];
    for (flaw, check, text) in cases {
        assert_fails(&report(flaw), check, text);
    }
}

#[test]
fn invalid_extensions_are_found() {
    let (plugin, lines) = linked!(exporter: Flawed, "");
    let lines = ManifestLines { extensions: "jsonl,.JSON", ..lines };
    let suite = Suite::of(LinkedPlugin { manifest: lines.text(), ..plugin }).config(json!({"flaw": "none"}));
    assert_fails(&suite.run(), "extensions", "`.JSON`");
}
