//! Outputs on a real file system: what is under the final name, and what is left beside it, after every ending.

use super::{FileExporter, Format, IfExists, OutputFile, OutputOptions, Rows, TableLines};
use crate::error::{ErrorKind, Result};
use crate::exporter::Ending;
use crate::row::{ChunkBuilder, RowChunk};
use serde_json::{Value, json};
use std::fs;
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

/// Cells between quotes, so that a line feed may be inside of one.
#[derive(Debug)]
struct Quoted;

impl Format for Quoted {
    fn table(&self) -> Option<TableLines> {
        Some(TableLines { empty_cell: "''".to_owned(), line_end: "\n", quote: Some(b'\'') })
    }

    fn header(&self, columns: &[String], out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(format!("{}\n", columns.join(",")).as_bytes());
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        for row in 0..rows.len() {
            for cell in rows.row(row) {
                out.extend_from_slice(format!("'{}'", cell.display().replace('\'', "''")).as_bytes());
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

fn chunk(rows: &[Value]) -> RowChunk {
    let mut builder = ChunkBuilder::new();
    for row in rows {
        builder.push(row).unwrap();
    }
    builder.take()
}

fn exporter(path: &str, columns: Option<&[&str]>) -> FileExporter<Quoted> {
    let columns = columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    FileExporter::new(OutputOptions { path: path.to_owned(), columns, if_exists: IfExists::Replace }, Quoted).unwrap()
}

fn export(path: &str, columns: Option<&[&str]>, chunks: &[&[Value]], ending: Ending) -> crate::exporter::ExportSummary {
    let mut exporter = exporter(path, columns);
    exporter.begin(&[]).unwrap();
    for rows in chunks {
        exporter.write(&chunk(rows)).unwrap();
    }
    exporter.finish(ending).unwrap()
}

#[test]
fn every_ending_leaves_what_it_promises() {
    let cases = [
        (Ending::Complete, "a\n'new'\n", vec!["rows.txt"]),
        (Ending::Partial, "old", vec!["rows.partial.txt", "rows.txt"]),
        (Ending::Discard, "old", vec!["rows.partial.txt", "rows.txt"]),
    ];
    for (ending, content, names) in cases {
        let folder = Folder::new();
        fs::write(folder.0.join("rows.txt"), "old").unwrap();
        fs::write(folder.0.join("rows.partial.txt"), "old partial").unwrap();
        let summary = export(&folder.path("rows.txt"), None, &[&[json!({"a": "new"})]], ending);
        assert_eq!(folder.read("rows.txt"), content, "{ending:?}");
        assert_eq!(folder.names(), names, "{ending:?}");
        if ending == Ending::Partial {
            assert_eq!(folder.read("rows.partial.txt"), "a\n'new'\n");
            assert_eq!((summary.location, summary.rows), (folder.path("rows.partial.txt"), 1));
        }
    }
}

#[test]
fn an_export_that_is_dropped_leaves_nothing() {
    let folder = Folder::new();
    let mut exporter = exporter(&folder.path("deep/er/rows.txt"), None);
    exporter.begin(&["a".to_owned()]).unwrap();
    assert_eq!(fs::read_dir(folder.0.join("deep/er")).unwrap().count(), 1);
    drop(exporter);
    assert_eq!(fs::read_dir(folder.0.join("deep/er")).unwrap().count(), 0);
}

#[test]
fn columns_that_come_late_are_in_all_lines() {
    let folder = Folder::new();
    let chunks: [&[Value]; 4] = [
        &[json!({"a": "1\n2 it's"}), json!({"a": ""})],
        &[json!({"a": "3", "b": "\n"})],
        &[json!({"c": "4"})],
        &[json!({"a": "5", "b": "6", "c": "7"})],
    ];
    let summary = export(&folder.path("t"), None, &chunks, Ending::Complete);
    let text = "a,b,c\n'1\n2 it''s'''''\n''''''\n'3''\n'''\n'''''4'\n'5''6''7'\n";
    assert_eq!(folder.read("t"), text);
    assert_eq!((summary.rows, summary.bytes), (5, Some(text.len() as u64)));
    assert_eq!(folder.names(), ["t"]);
}

/// The same with a line behind the last row.
#[derive(Debug)]
struct Framed(Quoted);

impl Format for Framed {
    fn table(&self) -> Option<TableLines> {
        self.0.table()
    }

    fn header(&self, columns: &[String], out: &mut Vec<u8>) -> Result<()> {
        self.0.header(columns, out)
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.0.rows(rows, out)
    }

    fn footer(&self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(b"the end\n");
        Ok(())
    }
}

#[test]
fn a_footer_is_not_widened() {
    let folder = Folder::new();
    let options = OutputOptions { path: folder.path("rows.txt"), columns: None, if_exists: IfExists::Replace };
    let mut exporter = FileExporter::new(options, Framed(Quoted)).unwrap();
    exporter.begin(&[]).unwrap();
    exporter.write(&chunk(&[json!({"a": "1"})])).unwrap();
    exporter.write(&chunk(&[json!({"a": "2", "b": "3"})])).unwrap();
    let summary = exporter.finish(Ending::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a,b\n'1'''\n'2''3'\nthe end\n");
    assert_eq!(summary.bytes, Some(folder.read("rows.txt").len() as u64));
}

#[test]
fn listed_columns_are_exactly_those() {
    let folder = Folder::new();
    let rows: &[Value] = &[json!({"a": "1", "b": "2"}), json!({"late": "3", "b": "4"})];
    export(&folder.path("t"), Some(&["b", "nowhere", "a"]), &[rows, rows], Ending::Complete);
    assert_eq!(folder.read("t"), "b,nowhere,a\n'2''''1'\n'4'''''\n'2''''1'\n'4'''''\n");
}

#[test]
fn options_that_cannot_work_are_config_errors() {
    let cases: [(&str, &str, Option<&[&str]>, &str); 3] = [
        ("no path", " ", None, "path"),
        ("no column", "x", Some(&[]), "columns"),
        ("a column twice", "x", Some(&["a", "a"]), "columns"),
    ];
    for (name, path, columns, key) in cases {
        let columns = columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let options = OutputOptions { path: path.to_owned(), columns, if_exists: IfExists::Replace };
        let error = FileExporter::new(options, Quoted).unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{name}");
    }
}

#[test]
fn places_that_cannot_be_written_are_named() {
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
fn a_file_that_may_not_be_replaced_stays() {
    let folder = Folder::new();
    let path = folder.path("rows.csv");
    let early = OutputFile::create(&path, IfExists::Fail).unwrap();
    fs::write(&path, "theirs").unwrap();
    assert!(early.commit().unwrap_err().message.contains("exists already"));
    assert!(OutputFile::create(&path, IfExists::Fail).unwrap_err().hint.unwrap().contains("if_exists"));
    assert_eq!((folder.read("rows.csv").as_str(), folder.names().len()), ("theirs", 1));
    fs::remove_file(&path).unwrap();
    let mut file = OutputFile::create(&path, IfExists::Fail).unwrap();
    file.write(b"ours").unwrap();
    assert_eq!(file.commit().unwrap().bytes, 4);
    assert_eq!((folder.read("rows.csv").as_str(), folder.names().len()), ("ours", 1));
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_the_file_behind_it_is_replaced() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    fs::write(folder.0.join("real.csv"), "old").unwrap();
    fs::set_permissions(folder.0.join("real.csv"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real.csv", folder.0.join("link.csv")).unwrap();
    symlink("not/yet.csv", folder.0.join("dangling.csv")).unwrap();
    for (link, real) in [("link.csv", "real.csv"), ("dangling.csv", "not/yet.csv")] {
        let path = folder.path(link);
        let summary = export(&path, None, &[&[json!({"a": "new"})]], Ending::Complete);
        assert_eq!(summary.location, folder.path(real));
        assert_eq!(exporter(&path, None).target().path, Some(folder.path(real)));
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink(), "{link}");
        assert_eq!(folder.read(real), "a\n'new'\n");
    }
    assert_eq!(fs::metadata(folder.0.join("real.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(folder.0.join("real.csv"), fs::Permissions::from_mode(0o400)).unwrap();
    assert!(OutputFile::create(&folder.path("link.csv"), IfExists::Replace).unwrap_err().message.contains("read-only"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_killed_processes_left_is_removed_and_nothing_else() {
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
fn names_that_are_nearly_too_long_still_work() {
    let folder = Folder::new();
    let name = format!("{}.csv", "é".repeat(120));
    export(&folder.path(&name), None, &[&[json!({"a": "1"})]], Ending::Complete);
    assert_eq!(folder.names(), [name]);
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_directly() {
    let mut full = OutputFile::create("/dev/full", IfExists::Fail).unwrap();
    full.write(b"x").unwrap();
    assert_eq!(full.commit().unwrap_err().kind, ErrorKind::NoSpace);
    let mut null = exporter("/dev/null", None);
    null.begin(&["a".to_owned()]).unwrap();
    null.write(&chunk(&[json!({"b": "1"})])).unwrap();
    let error = null.write(&chunk(&[json!({"c": "1"})])).unwrap_err();
    assert_eq!((error.context("column"), error.hint.is_some()), (Some("c"), true));
}

#[test]
fn rows_outside_of_an_export_are_refused() {
    let folder = Folder::new();
    let mut exporter = exporter(&folder.path("t"), None);
    assert!(exporter.write(&chunk(&[json!({"a": 1})])).is_err());
    let summary = exporter.finish(Ending::Complete).unwrap();
    assert_eq!((summary.rows, folder.read("t").as_str()), (0, "\n"));
    assert!(exporter.write(&chunk(&[json!({"a": 1})])).is_err());
}
