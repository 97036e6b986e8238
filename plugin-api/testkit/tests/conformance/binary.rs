//! A binary format: it conforms without a reader, and a reader finds the flaws of its values.

use crate::harness::{assert_fails, assert_passes, linked};
use rowsmith_plugin_api::output::{FileExporter, FileFormat, LateColumns, OutputFile, OutputOptions, Rows};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{CheckOutcome, Report, Suite};
use serde_json::Map;
use std::io::{Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// Settings of the binary file.
#[derive(PluginConfig)]
struct Config {
    #[config(flatten)]
    output: OutputOptions,
    /// Name of the flaw.
    flaw: String,
}

/// The number of rows, the time of writing, and the rows as JSON that is not UTF-8.
struct Packed {
    flaw: String,
    rows: u64,
}

impl Packed {
    fn value(&self, cell: Cell<'_>) -> Value {
        match (self.flaw.as_str(), cell.kind) {
            ("reads numbers in text", CellKind::String) => {
                serde_json::from_str(cell.text).ok().filter(Value::is_number).unwrap_or_else(|| cell.value())
            }
            ("calculates formulas", CellKind::String) if cell.text.starts_with('=') => json!(2),
            ("trims text", CellKind::String) => json!(cell.text.trim()),
            ("normalizes line ends", CellKind::String) => json!(cell.text.replace("\r\n", "\n")),
            ("loses digits", CellKind::Number) => json!(cell.value().as_f64()),
            ("writes null as text", CellKind::Null) => json!("null"),
            ("joins lists", CellKind::Json) => joined(&cell.value()).unwrap_or_else(|| cell.value()),
            _ => cell.value(),
        }
    }
}

fn joined(value: &Value) -> Option<Value> {
    let items: Vec<String> = value.as_array()?.iter().map(|item| item.to_string().replace('"', "")).collect();
    Some(json!(items.join(", ")))
}

impl FileFormat for Packed {
    type Config = Config;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        Ok((config.output, Self { flaw: config.flaw, rows: 0 }))
    }

    fn late_columns(&self) -> LateColumns {
        if self.flaw == "fixed columns" { LateColumns::Refuse } else { LateColumns::Accept }
    }

    fn begin(&mut self, _columns: &[String], out: &mut OutputFile) -> Result<()> {
        static TIME: AtomicU64 = AtomicU64::new(1);
        let time = if self.flaw == "time inside" { TIME.fetch_add(1, Ordering::Relaxed) } else { 0 };
        // The number of rows is known at the end.
        out.write_all(&0_u64.to_le_bytes())?;
        Ok(out.write_all(&time.to_le_bytes())?)
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        for row in 0..rows.len() {
            let cells = rows.columns().iter().zip(rows.row(row)).filter(|(_, cell)| cell.kind != CellKind::Absent);
            let object: Map<String, Value> = cells.map(|(name, cell)| (name.clone(), self.value(cell))).collect();
            if self.flaw == "drops rows" && object.get("number") == Some(&json!(299)) {
                continue;
            }
            self.rows += 1;
            let packed: Vec<u8> = Value::Object(object).to_string().bytes().map(|byte| !byte).collect();
            out.write_all(&(packed.len() as u64).to_le_bytes())?;
            out.write_all(&packed)?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut OutputFile) -> Result<()> {
        out.seek(SeekFrom::Start(0))?;
        Ok(out.write_all(&self.rows.to_le_bytes())?)
    }
}

/// Reads the rows back, as a reader of the format does.
fn read(bytes: &[u8]) -> Result<Vec<Map<String, Value>>> {
    let (count, rest) = number(bytes)?;
    let (_time, mut rest) = number(rest)?;
    let mut rows = Vec::new();
    for _ in 0..count {
        let (length, tail) = number(rest)?;
        let (packed, tail) =
            tail.split_at_checked(usize::try_from(length).unwrap_or(usize::MAX)).ok_or_else(cut_off)?;
        let text: Vec<u8> = packed.iter().map(|byte| !byte).collect();
        rows.push(serde_json::from_slice(&text)?);
        rest = tail;
    }
    Ok(rows)
}

fn number(bytes: &[u8]) -> Result<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk().ok_or_else(cut_off)?;
    Ok((u64::from_le_bytes(*number), rest))
}

fn cut_off() -> Error {
    Error::new(ErrorKind::InvalidData, "the file is cut off")
}

fn suite(flaw: &str) -> Suite {
    Suite::of(linked!(exporter: FileExporter<Packed>, "").0).config(json!({"flaw": flaw, "path": "{dir}/rows.packed"}))
}

fn skipped(report: &Report) -> Vec<&str> {
    let is_skipped =
        |outcome: &CheckOutcome| matches!(outcome, CheckOutcome::Skipped(reason) if reason.contains("`Suite::read`"));
    report.checks.iter().filter(|check| is_skipped(&check.outcome)).map(|check| check.id).collect()
}

#[test]
fn a_binary_format_conforms_without_a_reader() {
    let report = suite("none").run();
    report.assert();
    assert_eq!(skipped(&report), ["complete", "every_value", "described_columns", "late_columns", "two_exports"]);
    assert_passes(&report, "repeatable");
    assert_passes(&report, "survives_partial");
}

#[test]
fn a_reader_completes_the_checks() {
    for variant in ["none", "time inside", "fixed columns"] {
        let report = suite(variant).read(read).run();
        report.assert();
        assert!(skipped(&report).is_empty(), "{report}");
    }
    // Without a reader, only equal bytes show that the rows are equal.
    assert_fails(&suite("time inside").run(), "repeatable", "`Suite::read`");
}

#[test]
fn a_reader_finds_changed_values() {
    let cases = [
        ("drops rows", "complete", "row 300, column `number`: 299 was written, 300 was read back"),
        ("reads numbers in text", "every_value", "\"-1\" was written, -1 was read back"),
        ("calculates formulas", "every_value", "2 was read back"),
        ("trims text", "every_value", "\"a\\n\\nb\\n\" was written"),
        ("normalizes line ends", "every_value", "\"first-line\\nsecond-line\\nthird-line\" was read back"),
        ("loses digits", "every_value", "9007199254740993 was written"),
        ("writes null as text", "every_value", "null was written, \"null\" was read back"),
        ("joins lists", "every_value", "\"list-item, 2\" was read back"),
    ];
    for (flaw, check, text) in cases {
        assert_fails(&suite(flaw).read(read).run(), check, text);
    }
    let unreadable = suite("none").read(|_| Err(Error::new(ErrorKind::InvalidData, "no such version")));
    assert_fails(&unreadable.run(), "complete", "no such version");
}

#[test]
fn a_mapping_explains_values_that_the_format_cannot_hold() {
    suite("joins lists").read(read).mapping(joined).run().assert();
    let wrong = suite("none").read(read).mapping(joined).run();
    assert_fails(&wrong, "every_value", "[\"list-item\",2] was written");
}
