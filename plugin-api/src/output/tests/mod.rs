//! Outputs on a real file system: the target and the files beside it, after each finish mode.

mod append;
mod binary;
mod deferred;
mod target;

use super::{
    EarlierRows, FileExporter, FileFormat, IfExists, LateColumns, OutputFile, OutputOptions, Rows, TableLines,
};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::{Exporter, FinishMode};
use crate::row::{ChunkBuilder, RowChunk};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is removed at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rowsmith-output-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Cells between quotes, in which a line feed may occur.
#[derive(Debug)]
struct Quoted {
    late_columns: LateColumns,
    footer: &'static str,
}

impl Quoted {
    fn widening() -> Self {
        let lines = TableLines { empty_cell: "''".to_owned(), line_end: "\n", quote: Some(b'\'') };
        Self { late_columns: LateColumns::Widen(lines), footer: "" }
    }
}

impl FileFormat for Quoted {
    type Config = OutputOptions;

    const APPENDS: bool = true;

    fn new(options: OutputOptions) -> Result<(OutputOptions, Self)> {
        Ok((options, Self::widening()))
    }

    fn begin_append(&mut self, existing: &mut BufReader<File>, _out: &mut OutputFile) -> Result<EarlierRows> {
        let mut header = String::new();
        existing.read_line(&mut header)?;
        if header.starts_with('\'') {
            return Err(Error::new(ErrorKind::InvalidData, "the file has no header"));
        }
        let columns = header.trim_end().split(',').map(str::to_owned).collect();
        Ok(EarlierRows { columns, start: header.len() as u64 })
    }

    fn late_columns(&self) -> LateColumns {
        self.late_columns.clone()
    }

    fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
        Ok(writeln!(out, "{}", columns.join(","))?)
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        for row in 0..rows.len() {
            for cell in rows.row(row) {
                write!(out, "'{}'", cell.display().replace('\'', "''"))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut OutputFile) -> Result<()> {
        Ok(out.write_all(self.footer.as_bytes())?)
    }
}

fn chunk(rows: &[Value]) -> RowChunk {
    let mut builder = ChunkBuilder::new();
    for row in rows {
        builder.push(row).unwrap();
    }
    builder.take()
}

fn options(path: &str, columns: Option<&[&str]>) -> OutputOptions {
    let columns = columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    OutputOptions { columns, ..OutputOptions::to(path) }
}

fn exporter(path: &str, columns: Option<&[&str]>) -> FileExporter<Quoted> {
    FileExporter::of(options(path, columns), Quoted::widening()).unwrap()
}

fn export(
    path: &str,
    columns: Option<&[&str]>,
    chunks: &[&[Value]],
    mode: FinishMode,
) -> crate::exporter::ExportSummary {
    let mut exporter = exporter(path, columns);
    exporter.open(&[]).unwrap();
    for rows in chunks {
        exporter.append(&chunk(rows)).unwrap();
    }
    exporter.close(mode).unwrap()
}

#[test]
fn each_finish_mode_leaves_its_files() {
    let cases = [
        (FinishMode::Complete, "a\n'new'\n", vec!["rows.txt"]),
        (FinishMode::Partial, "old", vec!["rows.partial.txt", "rows.txt"]),
        (FinishMode::Discard, "old", vec!["rows.partial.txt", "rows.txt"]),
    ];
    for (mode, content, names) in cases {
        let folder = Folder::new();
        fs::write(folder.0.join("rows.txt"), "old").unwrap();
        fs::write(folder.0.join("rows.partial.txt"), "old partial").unwrap();
        let summary = export(&folder.path("rows.txt"), None, &[&[json!({"a": "new"})]], mode);
        assert_eq!(folder.read("rows.txt"), content, "{mode:?}");
        assert_eq!(folder.names(), names, "{mode:?}");
        if mode == FinishMode::Partial {
            assert_eq!(folder.read("rows.partial.txt"), "a\n'new'\n");
            assert_eq!((summary.location, summary.rows), (folder.path("rows.partial.txt"), 1));
        }
    }
}

#[test]
fn a_dropped_export_leaves_nothing() {
    let folder = Folder::new();
    let mut exporter = exporter(&folder.path("deep/er/rows.txt"), None);
    exporter.open(&["a".to_owned()]).unwrap();
    assert_eq!(fs::read_dir(folder.0.join("deep/er")).unwrap().count(), 1);
    drop(exporter);
    assert_eq!(fs::read_dir(folder.0.join("deep/er")).unwrap().count(), 0);
}

#[test]
fn late_columns_are_added_to_all_lines() {
    let folder = Folder::new();
    let chunks: [&[Value]; 4] = [
        &[json!({"a": "1\n2 it's"}), json!({"a": ""})],
        &[json!({"a": "3", "b": "\n"})],
        &[json!({"c": "4"})],
        &[json!({"a": "5", "b": "6", "c": "7"})],
    ];
    let summary = export(&folder.path("t"), None, &chunks, FinishMode::Complete);
    let text = "a,b,c\n'1\n2 it''s'''''\n''''''\n'3''\n'''\n'''''4'\n'5''6''7'\n";
    assert_eq!(folder.read("t"), text);
    assert_eq!((summary.rows, summary.bytes), (5, Some(text.len() as u64)));
    assert_eq!(folder.names(), ["t"]);
}

#[test]
fn the_part_after_the_rows_is_not_widened() {
    let folder = Folder::new();
    let format = Quoted { footer: "the end\n", ..Quoted::widening() };
    let mut exporter = FileExporter::of(options(&folder.path("rows.txt"), None), format).unwrap();
    exporter.open(&[]).unwrap();
    exporter.append(&chunk(&[json!({"a": "1"})])).unwrap();
    exporter.append(&chunk(&[json!({"a": "2", "b": "3"})])).unwrap();
    let summary = exporter.close(FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b\n'1'''\n'2''3'\nthe end\n");
    assert_eq!(summary.bytes, Some(folder.read("rows.txt").len() as u64));
}

/// Writes two chunks, the second with the late column `b`; returns the result of the second.
fn write_late_column(folder: &Folder, late_columns: LateColumns) -> (FileExporter<Quoted>, Result<()>) {
    let format = Quoted { late_columns, footer: "" };
    let mut exporter = FileExporter::of(options(&folder.path("t"), None), format).unwrap();
    exporter.open(&["a".to_owned()]).unwrap();
    exporter.append(&chunk(&[json!({"a": "1"})])).unwrap();
    let late = exporter.append(&chunk(&[json!({"a": "2", "b": "3"})]));
    (exporter, late)
}

#[test]
fn accepted_late_columns_are_in_later_rows_only() {
    let folder = Folder::new();
    let (mut exporter, late) = write_late_column(&folder, LateColumns::Accept);
    late.unwrap();
    exporter.close(FinishMode::Complete).unwrap();
    assert_eq!(folder.read("t"), "a\n'1'\n'2''3'\n");
}

#[test]
fn refused_late_columns_are_an_error_that_names_them() {
    let folder = Folder::new();
    let error = write_late_column(&folder, LateColumns::Refuse).1.unwrap_err();
    assert_eq!((error.kind, error.context("column")), (ErrorKind::InvalidData, Some("b")));
    assert!(error.hint.is_some());
}

#[test]
fn only_listed_columns_are_written() {
    let folder = Folder::new();
    let rows: &[Value] = &[json!({"a": "1", "b": "2"}), json!({"late": "3", "b": "4"})];
    export(&folder.path("t"), Some(&["b", "nowhere", "a"]), &[rows, rows], FinishMode::Complete);
    assert_eq!(folder.read("t"), "b,nowhere,a\n'2''''1'\n'4'''''\n'2''''1'\n'4'''''\n");
}

#[test]
fn invalid_options_are_config_errors() {
    let cases: [(&str, &str, Option<&[&str]>, &str); 3] = [
        ("no path", " ", None, "path"),
        ("no column", "x", Some(&[]), "columns"),
        ("a column twice", "x", Some(&["a", "a"]), "columns"),
    ];
    for (name, path, columns, key) in cases {
        let error = FileExporter::of(options(path, columns), Quoted::widening()).unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{name}");
    }
}

#[test]
fn destinations_that_are_not_writable_are_named() {
    let folder = Folder::new();
    fs::write(folder.0.join("file"), "").unwrap();
    let cases = [
        ("a folder", folder.0.display().to_string(), "it is a folder"),
        ("a folder to be", folder.path("new/"), "it is a folder"),
        ("below a file", folder.path("file/rows.csv"), "file"),
    ];
    for (name, path, part) in cases {
        let error = OutputFile::create(&path, IfExists::Replace).unwrap_err();
        assert!(error.message.contains(part), "{name}: {error}");
    }
    assert_eq!(folder.names(), ["file"]);
}

#[test]
fn if_exists_fail_keeps_the_file() {
    let folder = Folder::new();
    let path = folder.path("rows.csv");
    let early = OutputFile::create(&path, IfExists::Fail).unwrap();
    fs::write(&path, "theirs").unwrap();
    assert_eq!(early.commit().unwrap_err().context("path"), Some(path.as_str()));
    assert!(OutputFile::create(&path, IfExists::Fail).unwrap_err().hint.unwrap().contains("if_exists"));
    assert_eq!((folder.read("rows.csv").as_str(), folder.names().len()), ("theirs", 1));
    fs::remove_file(&path).unwrap();
    let mut file = OutputFile::create(&path, IfExists::Fail).unwrap();
    file.write_all(b"ours").unwrap();
    assert_eq!(file.commit().unwrap().bytes, 4);
    assert_eq!((folder.read("rows.csv").as_str(), folder.names().len()), ("ours", 1));
}

#[cfg(unix)]
#[test]
fn the_file_behind_a_link_is_replaced() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    fs::write(folder.0.join("real.csv"), "old").unwrap();
    fs::set_permissions(folder.0.join("real.csv"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real.csv", folder.0.join("link.csv")).unwrap();
    symlink("not/yet.csv", folder.0.join("dangling.csv")).unwrap();
    for (link, real) in [("link.csv", "real.csv"), ("dangling.csv", "not/yet.csv")] {
        let path = folder.path(link);
        let summary = export(&path, None, &[&[json!({"a": "new"})]], FinishMode::Complete);
        assert_eq!(summary.location, folder.path(real));
        assert_eq!(exporter(&path, None).target().path, Some(folder.path(real)));
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink(), "{link}");
        assert_eq!(folder.read(real), "a\n'new'\n");
    }
    assert_eq!(fs::metadata(folder.0.join("real.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(folder.0.join("real.csv"), fs::Permissions::from_mode(0o400)).unwrap();
    let error = OutputFile::create(&folder.path("link.csv"), IfExists::Replace).unwrap_err();
    assert_eq!(error.context("path"), Some(folder.path("real.csv").as_str()));
}

#[cfg(target_os = "linux")]
#[test]
fn only_files_of_killed_processes_are_removed() {
    let folder = Folder::new();
    let dead = u32::MAX;
    let alive = std::process::id();
    let names = [
        (format!(".rows.csv.rowsmith-{dead}-0.tmp"), false),
        (format!(".rows.csv.rowsmith-{alive}-99.tmp"), true),
        (format!(".other.csv.rowsmith-{dead}-0.tmp"), true),
        (format!(".rows.csv.rowsmith-{dead}-x.tmp"), true),
        (format!(".rows.csv.rowsmith-{dead}.tmp"), true),
    ];
    for (name, _) in &names {
        fs::write(folder.0.join(name), "").unwrap();
    }
    OutputFile::create(&folder.path("rows.csv"), IfExists::Replace).unwrap().discard();
    for (name, stays) in &names {
        assert_eq!(Path::new(&folder.path(name)).exists(), *stays, "{name}");
    }
}

#[test]
fn long_names_are_cut_in_the_temporary_name() {
    let folder = Folder::new();
    let name = format!("{}.csv", "é".repeat(120));
    export(&folder.path(&name), None, &[&[json!({"a": "1"})]], FinishMode::Complete);
    assert_eq!(folder.names(), [name]);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_directly() {
    let mut full = OutputFile::create("/dev/full", IfExists::Fail).unwrap();
    full.write_all(b"x").unwrap();
    assert_eq!(full.commit().unwrap_err().kind, ErrorKind::NoSpace);
    let mut null = exporter("/dev/null", None);
    null.open(&["a".to_owned()]).unwrap();
    null.append(&chunk(&[json!({"b": "1"})])).unwrap();
    let error = null.append(&chunk(&[json!({"c": "1"})])).unwrap_err();
    assert_eq!((error.context("column"), error.hint.is_some()), (Some("c"), true));
}

#[test]
fn rows_before_and_after_the_export_are_rejected() {
    let folder = Folder::new();
    let mut exporter = exporter(&folder.path("t"), None);
    assert!(exporter.append(&chunk(&[json!({"a": 1})])).is_err());
    let summary = exporter.close(FinishMode::Complete).unwrap();
    assert_eq!((summary.rows, folder.read("t").as_str()), (0, "\n"));
    assert!(exporter.append(&chunk(&[json!({"a": 1})])).is_err());
}
