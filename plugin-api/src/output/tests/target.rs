//! The target with its earlier rows, and the columns that the format receives before the rows.

use super::{Folder, Quoted, exporter, options};
use crate::error::Result;
use crate::exporter::{Exporter, Target};
use crate::output::{FileExporter, FileFormat, IfExists, LateColumns, OutputFile, OutputOptions, Rows};
use crate::row::{Column, ColumnOrigin, ColumnType};
use std::fs::{self, File};
use std::io::{self, Read};
use std::sync::{Arc, Mutex};

/// Records the columns that it receives. A file has rows if it begins with `row`.
#[derive(Debug, Default)]
struct Typed(Arc<Mutex<Vec<Column>>>);

impl FileFormat for Typed {
    type Config = OutputOptions;

    fn new(options: OutputOptions) -> Result<(OutputOptions, Self)> {
        Ok((options, Self::default()))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Refuse
    }

    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        let mut begin = [0; 3];
        existing.read_exact(&mut begin)?;
        Ok(begin == *b"row")
    }

    fn describe_columns(&mut self, columns: &[Column]) -> Result<()> {
        *self.0.lock().unwrap() = columns.to_vec();
        Ok(())
    }

    fn rows(&mut self, _rows: &Rows<'_>, _out: &mut OutputFile) -> Result<()> {
        Ok(())
    }
}

#[test]
fn the_format_receives_the_columns_of_the_output() {
    let votes = Column::typed("votes", ColumnType::Integer);
    let label = Column { origin: ColumnOrigin::Output, ..Column::typed("label", ColumnType::String) };
    let cases: [(Option<&[&str]>, Vec<Column>); 2] = [
        (None, vec![votes.clone(), label.clone()]),
        (Some(&["label", "later", "votes"]), vec![label.clone(), Column::new("later"), votes.clone()]),
    ];
    for (columns, expected) in cases {
        let format = Typed::default();
        let received = Arc::clone(&format.0);
        let mut exporter = FileExporter::of(options("rows.typed", columns), format).unwrap();
        exporter.describe_columns(vec![votes.clone(), label.clone()]).unwrap();
        assert_eq!(*received.lock().unwrap(), expected);
    }
}

#[test]
fn the_target_reports_earlier_rows() {
    let folder = Folder::new();
    fs::write(folder.path("empty"), "").unwrap();
    fs::write(folder.path("header"), "head").unwrap();
    fs::write(folder.path("rows"), "row 1").unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    let plain = |name: &str| exporter(&folder.path(name), None).target().has_rows;
    let typed =
        |name: &str| FileExporter::of(options(&folder.path(name), None), Typed::default()).unwrap().target().has_rows;
    assert_eq!(
        ["none", "folder", "empty", "header", "rows"].map(plain),
        [None, None, Some(false), Some(true), Some(true)]
    );
    // A file that the format cannot read may hold rows.
    assert_eq!(["none", "folder", "empty", "header", "rows"].map(typed), [None, None, None, Some(false), Some(true)]);
    let keeps = OutputOptions { if_exists: IfExists::Fail, ..options(&folder.path("rows"), None) };
    assert_eq!(FileExporter::of(keeps, Quoted::widening()).unwrap().target().has_rows, Some(false));
}

#[test]
fn targets_of_older_plugins_have_unknown_rows() {
    let target: Target = serde_json::from_str(r#"{"name": "a", "path": "a", "stdout": false}"#).unwrap();
    assert_eq!(target.has_rows, None);
    assert_eq!(serde_json::to_string(&target).unwrap(), r#"{"name":"a","path":"a","stdout":false}"#);
}
