//! Rows that are appended to an existing file.

use super::{Folder, Quoted, chunk, options};
use crate::error::{ErrorKind, Result};
use crate::exporter::{ExportSummary, Exporter, FinishMode};
use crate::output::{FileExporter, FileFormat, IfExists, LateColumns, OutputFile, OutputOptions, Rows};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;

fn appending(path: &str, columns: Option<&[&str]>) -> FileExporter<Quoted> {
    let options = OutputOptions { if_exists: IfExists::Append, ..options(path, columns) };
    FileExporter::of(options, Quoted::widening()).unwrap()
}

fn append(path: &str, columns: Option<&[&str]>, chunks: &[&[Value]], mode: FinishMode) -> Result<ExportSummary> {
    let mut exporter = appending(path, columns);
    exporter.open(&[])?;
    for rows in chunks {
        exporter.append(&chunk(rows))?;
    }
    exporter.close(mode)
}

#[test]
fn rows_are_appended_once_the_export_is_complete() {
    let folder = Folder::new();
    let path = folder.path("rows.txt");
    let (one, two) = ([json!({"a": "1", "b": "2"})], [json!({"b": "4", "a": "3"})]);
    append(&path, None, &[&one], FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b\n'1''2'\n");
    let mut exporter = appending(&path, None);
    exporter.open(&["b".to_owned(), "a".to_owned()]).unwrap();
    exporter.append(&chunk(&two)).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b\n'1''2'\n");
    let summary = exporter.close(FinishMode::Complete).unwrap();
    // The order of the earlier columns is kept.
    assert_eq!(folder.read("rows.txt"), "a,b\n'1''2'\n'3''4'\n");
    assert_eq!((summary.rows, summary.bytes), (1, Some(folder.read("rows.txt").len() as u64)));
    append(&path, None, &[], FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b\n'1''2'\n'3''4'\n");
    assert_eq!(folder.names(), ["rows.txt"]);
}

#[test]
fn an_empty_file_begins_as_a_new_one() {
    let folder = Folder::new();
    fs::write(folder.path("rows.txt"), "").unwrap();
    append(&folder.path("rows.txt"), None, &[&[json!({"a": "1"})]], FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a\n'1'\n");
}

#[test]
fn an_interrupted_export_leaves_the_earlier_file() {
    let earlier = "a\n'1'\n";
    for (mode, others) in [(FinishMode::Partial, 1), (FinishMode::Discard, 0)] {
        let folder = Folder::new();
        fs::write(folder.path("rows.txt"), earlier).unwrap();
        append(&folder.path("rows.txt"), None, &[&[json!({"a": "2"})]], mode).unwrap();
        assert_eq!((folder.read("rows.txt").as_str(), folder.names().len()), (earlier, 1 + others));
        if mode == FinishMode::Partial {
            assert_eq!(folder.read("rows.partial.txt"), "a\n'1'\n'2'\n");
        }
    }
    let folder = Folder::new();
    fs::write(folder.path("rows.txt"), earlier).unwrap();
    let mut dropped = appending(&folder.path("rows.txt"), None);
    dropped.open(&[]).unwrap();
    dropped.append(&chunk(&[json!({"a": "2"})])).unwrap();
    drop(dropped);
    assert_eq!((folder.read("rows.txt").as_str(), folder.names().len()), (earlier, 1));
}

#[test]
fn new_columns_are_added_to_the_earlier_rows() {
    let folder = Folder::new();
    fs::write(folder.path("rows.txt"), "a,b\n'1''2'\n\n'3''\n'\n").unwrap();
    let chunks: [&[Value]; 2] = [&[json!({"c": "6", "b": "5"})], &[json!({"d": "7"})]];
    append(&folder.path("rows.txt"), None, &chunks, FinishMode::Complete).unwrap();
    // A blank line is no row.
    assert_eq!(folder.read("rows.txt"), "a,b,c,d\n'1''2'''''\n\n'3''\n'''''\n'''5''6'''\n'''''''7'\n");
}

#[test]
fn listed_columns_limit_the_new_rows() {
    let folder = Folder::new();
    fs::write(folder.path("rows.txt"), "a,b\n'1''2'\n").unwrap();
    let rows: &[Value] = &[json!({"a": "3", "b": "4", "c": "5", "d": "6"})];
    append(&folder.path("rows.txt"), Some(&["c", "b"]), &[rows], FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b,c\n'1''2'''\n'''4''5'\n");
}

#[test]
fn line_ends_of_the_earlier_file_are_understood() {
    let folder = Folder::new();
    fs::write(folder.path("rows.txt"), "a\r\n'1\r\n2'\r\n").unwrap();
    append(&folder.path("rows.txt"), None, &[&[json!({"a": "3", "b": "4"})]], FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b\n'1\r\n2'''\n'3''4'\n");
}

#[test]
fn a_file_of_other_rows_is_refused() {
    let folder = Folder::new();
    let path = folder.path("rows.txt");
    for (earlier, part) in [("x;y\n'1'\n", "no name in common"), ("'1'\n", "has no header")] {
        fs::write(&path, earlier).unwrap();
        let error = append(&path, None, &[&[json!({"a": "1"})]], FinishMode::Complete).unwrap_err();
        assert_eq!((error.kind, error.context("path")), (ErrorKind::InvalidData, Some(path.as_str())));
        assert!(error.message.contains(part) && error.message.starts_with("cannot append to /"), "{error}");
        assert_eq!((folder.read("rows.txt").as_str(), folder.names().len()), (earlier, 1));
    }
    // Known columns are compared before the first row.
    fs::write(&path, "x;y\n").unwrap();
    assert!(appending(&path, None).open(&["a".to_owned()]).is_err());
    // Only the columns that are written count.
    fs::write(&path, "a\n").unwrap();
    let error = append(&path, Some(&["b"]), &[&[json!({"a": "1", "b": "2"})]], FinishMode::Complete).unwrap_err();
    assert!(error.hint.unwrap().contains("`a`"));
}

#[test]
fn a_file_that_changes_during_the_export_is_kept() {
    let folder = Folder::new();
    let path = folder.path("rows.txt");
    for earlier in [Some("a\n'1'\n"), None] {
        drop(fs::remove_file(&path));
        if let Some(text) = earlier {
            fs::write(&path, text).unwrap();
        }
        let mut exporter = appending(&path, None);
        exporter.open(&[]).unwrap();
        exporter.append(&chunk(&[json!({"a": "2"})])).unwrap();
        fs::write(&path, "a\n'1'\n'theirs'\n").unwrap();
        let error = exporter.close(FinishMode::Complete).unwrap_err();
        assert_eq!((error.kind, error.context("path")), (ErrorKind::Io, Some(path.as_str())));
        assert_eq!((folder.read("rows.txt").as_str(), folder.names().len()), ("a\n'1'\n'theirs'\n", 1));
    }
}

#[test]
fn appending_replaces_no_rows_even_when_forced() {
    let folder = Folder::new();
    let path = folder.path("rows.txt");
    fs::write(&path, "a\n'1'\n").unwrap();
    let mut exporter = appending(&path, None);
    exporter.replace_existing().unwrap();
    assert_eq!((exporter.target().replaces, exporter.target().has_rows), (None, Some(false)));
    exporter.open(&[]).unwrap();
    exporter.append(&chunk(&[json!({"a": "2"})])).unwrap();
    exporter.close(FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a\n'1'\n'2'\n");
}

/// A format that does not declare that it can append.
#[derive(Debug)]
struct Plain;

impl FileFormat for Plain {
    type Config = OutputOptions;

    fn new(options: OutputOptions) -> Result<(OutputOptions, Self)> {
        Ok((options, Self))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Accept
    }

    fn rows(&mut self, _rows: &Rows<'_>, _out: &mut OutputFile) -> Result<()> {
        Ok(())
    }
}

#[test]
fn other_formats_refuse_the_option() {
    let options = OutputOptions { if_exists: IfExists::Append, ..OutputOptions::to("rows.txt") };
    let error = FileExporter::of(options, Plain).unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("if_exists")));
    assert!(error.hint.unwrap().contains("`csv` or `jsonl`"));
}

#[test]
fn a_plain_output_file_can_append() {
    let folder = Folder::new();
    let path = folder.path("log.txt");
    for text in ["one\n", "two\n"] {
        let mut file = OutputFile::create(&path, IfExists::Append).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.commit().unwrap();
    }
    assert_eq!(folder.read("log.txt"), "one\ntwo\n");
}
