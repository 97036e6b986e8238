//! Formats whose output begins at the end, with all columns.

use super::{Folder, Quoted, chunk, options};
use crate::exporter::{Exporter, FinishMode};
use crate::output::{FileExporter, LateColumns};
use serde_json::json;
use std::fs;

fn deferring(path: &str, columns: Option<&[&str]>) -> FileExporter<Quoted> {
    let format = Quoted { late_columns: LateColumns::Defer, footer: "the end\n" };
    FileExporter::of(options(path, columns), format).unwrap()
}

#[test]
fn the_output_begins_with_all_columns() {
    for (mode, name) in [(FinishMode::Complete, "rows.txt"), (FinishMode::Partial, "rows.partial.txt")] {
        let folder = Folder::new();
        let mut exporter = deferring(&folder.path("rows.txt"), None);
        exporter.open(&["a".to_owned()]).unwrap();
        exporter.append(&chunk(&[json!({"a": "1"}), json!({"a": "x\ny"})])).unwrap();
        exporter.append(&chunk(&[json!({"late": "2", "a": null})])).unwrap();
        let summary = exporter.close(mode).unwrap();
        let text = "a,late\n'1'''\n'x\ny'''\n'''2'\nthe end\n";
        assert_eq!(folder.read(name), text);
        assert_eq!((summary.rows, summary.bytes), (3, Some(text.len() as u64)));
        assert_eq!(folder.names(), [name]);
    }
}

#[test]
fn listed_columns_and_outputs_without_rows_are_as_usual() {
    let folder = Folder::new();
    let mut exporter = deferring(&folder.path("rows.txt"), Some(&["late", "a"]));
    exporter.open(&[]).unwrap();
    exporter.append(&chunk(&[json!({"a": "1", "b": "2"})])).unwrap();
    exporter.close(FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "late,a\n'''1'\nthe end\n");
    let mut empty = deferring(&folder.path("rows.txt"), None);
    empty.open(&["a".to_owned()]).unwrap();
    empty.close(FinishMode::Complete).unwrap();
    assert_eq!(folder.read("rows.txt"), "a\nthe end\n");
}

#[test]
fn an_export_that_ends_early_leaves_no_rows() {
    let folder = Folder::new();
    for discards in [true, false] {
        let mut exporter = deferring(&folder.path("rows.txt"), None);
        exporter.open(&[]).unwrap();
        exporter.append(&chunk(&[json!({"a": "1"})])).unwrap();
        assert_eq!(folder.names().len(), 2, "the output and the rows");
        #[cfg(unix)]
        for name in folder.names() {
            use std::os::unix::fs::PermissionsExt;
            let rows = fs::metadata(folder.path(&name)).unwrap();
            assert!(rows.len() == 0 || rows.permissions().mode() & 0o777 == 0o600, "{name}");
        }
        if discards {
            exporter.close(FinishMode::Discard).unwrap();
        }
        drop(exporter);
        assert!(folder.names().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn a_stream_gets_the_rows_at_the_end() {
    let mut null = deferring("/dev/null", None);
    assert_eq!(null.target().path, None);
    null.open(&["a".to_owned()]).unwrap();
    null.append(&chunk(&[json!({"b": "1"})])).unwrap();
    null.append(&chunk(&[json!({"c": "1"})])).unwrap();
    let summary = null.close(FinishMode::Complete).unwrap();
    assert_eq!((summary.rows, summary.bytes), (2, Some("a,b,c\n'''1'''\n'''''1'\nthe end\n".len() as u64)));
}
