//! Exporters that break one promise each.

use crate::kit::{assert_finds, assert_finds_like, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{Report, Suite};
use std::path::{Path, PathBuf};

/// Which promise is broken.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The promise's name.
    flaw: String,
    /// The file.
    path: PathBuf,
}

/// Keeps all rows in memory and writes them as JSON Lines in the end.
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
        if self.has("wanders") {
            name.push_str(&self.rows.to_string());
        }
        Target { name, path: Some(self.config.path.display().to_string()), ..Target::default() }
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

    async fn finish(&mut self, ending: Ending) -> Result<ExportSummary> {
        let path = &self.config.path;
        let beside = path.with_extension("partial");
        match ending {
            Ending::Discard if !self.has("keeps what is discarded") => {}
            Ending::Partial if self.has("hides its leftovers") => self.write_to(&beside)?,
            Ending::Partial if !self.has("replaces by a part") => {}
            _ if self.has("wants rows") && self.rows == 0 => {}
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

const COMPLETE: &str = "a complete export is at its target and has all rows";
const STOPPED: &str = "an earlier result survives a run that was stopped";

#[test]
fn an_exporter_without_a_flaw_conforms() {
    report("none").assert();
}

#[test]
fn every_flaw_is_named() {
    let cases = [
        ("miscounts", COMPLETE, "500 rows were written, and the summary says 501"),
        ("leaves drafts", COMPLETE, "there are other files beside the target: rows.draft"),
        (
            "leaves drafts",
            "an export that is dropped in the middle leaves no trace",
            "1 files are left beside the target",
        ),
        ("writes at once", "an earlier result survives until the end", "before the end, the earlier result is gone"),
        ("replaces by a part", STOPPED, "after a run that was stopped, the earlier result is gone"),
        ("hides its leftovers", STOPPED, "the file `rows.partial` is left, and the summary does not tell of it"),
        (
            "keeps what is discarded",
            "an earlier result survives a run that is discarded",
            "after a run that is discarded, the earlier result is gone",
        ),
        ("forgets late columns", "columns may come late", "`late-column` came late, and is not in the file"),
    ];
    for (flaw, check, sentence) in cases {
        assert_finds(&report(flaw), check, sentence);
    }
    assert_finds_like(&report("wanders"), "the target is stable", "/files/rows3`");
    assert_finds_like(&report("measures wrongly"), COMPLETE, " bytes, and the summary says 3");
    assert_finds_like(&report("writes ASCII"), "every kind of value can be written", "`日本語 🦀` is not in the file");
    let check = "an export without rows is complete as well";
    assert_finds_like(&report("wants rows"), check, "reading the target's file failed: No such file");
}
