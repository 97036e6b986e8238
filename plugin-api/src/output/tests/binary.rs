//! A binary, stateful format whose writer owns its target, as writers of Parquet and XLSX files do.

use super::{Folder, chunk, options};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::FinishMode;
use crate::output::{FileExporter, FileFormat, LateColumns, OutputFile, OutputOptions, OutputWriter, Rows};
use crate::row::Cell;
use serde_json::json;
use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

const MAGIC: &[u8] = b"RECS";

/// The writer of another library: it knows no exporter, and needs `close` to write its index.
#[derive(Debug)]
struct RecordWriter<W: Write> {
    target: W,
    written: u64,
    offsets: Vec<u64>,
}

impl<W: Write> RecordWriter<W> {
    fn new(mut target: W) -> io::Result<Self> {
        target.write_all(MAGIC)?;
        Ok(Self { target, written: MAGIC.len() as u64, offsets: Vec::new() })
    }

    fn append(&mut self, record: &[u8]) -> io::Result<()> {
        self.offsets.push(self.written);
        self.target.write_all(&u32::try_from(record.len()).unwrap().to_le_bytes())?;
        self.target.write_all(record)?;
        self.written += 4 + record.len() as u64;
        Ok(())
    }

    /// Writes the index: the offset of each record, then their number.
    fn close(mut self) -> io::Result<()> {
        for offset in &self.offsets {
            self.target.write_all(&offset.to_le_bytes())?;
        }
        self.target.write_all(&(self.offsets.len() as u64).to_le_bytes())?;
        self.target.flush()
    }
}

/// One record with the columns, then one per row: each cell with its length before it.
#[derive(Debug, Default)]
struct Records {
    writer: Option<RecordWriter<BufWriter<OutputWriter>>>,
}

impl Records {
    fn writer(&mut self) -> Result<&mut RecordWriter<BufWriter<OutputWriter>>> {
        self.writer.as_mut().ok_or_else(|| Error::new(ErrorKind::Other, "the output has not begun"))
    }
}

impl FileFormat for Records {
    type Config = OutputOptions;

    fn new(options: OutputOptions) -> Result<(OutputOptions, Self)> {
        Ok((options, Self::default()))
    }

    fn late_columns(&self) -> LateColumns {
        LateColumns::Refuse
    }

    fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
        let mut writer = RecordWriter::new(BufWriter::new(out.writer()?))?;
        writer.append(&record(columns.iter().map(String::as_str)))?;
        self.writer = Some(writer);
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, _out: &mut OutputFile) -> Result<()> {
        for row in 0..rows.len() {
            self.writer()?.append(&record(rows.row(row).map(Cell::display)))?;
        }
        Ok(())
    }

    fn finish(&mut self, _out: &mut OutputFile) -> Result<()> {
        match self.writer.take() {
            Some(writer) => Ok(writer.close()?),
            None => Ok(()),
        }
    }
}

fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<u8> {
    cells.flat_map(|text| [vec![u8::try_from(text.len()).unwrap()], text.as_bytes().to_vec()]).flatten().collect()
}

/// Reads the records from the index at the end, as a reader of the format would.
fn read(path: &Path) -> Vec<Vec<String>> {
    let bytes = fs::read(path).unwrap();
    assert!(bytes.starts_with(MAGIC));
    let number = |at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap();
    let count = number(bytes.len() - 8);
    let index = bytes.len() - 8 - 8 * count;
    let record = |place: usize| {
        let at = number(index + 8 * place);
        let len = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let mut rest = &bytes[at + 4..at + 4 + len];
        let mut cells = Vec::new();
        while let Some((len, tail)) = rest.split_first() {
            let (text, tail) = tail.split_at(usize::from(*len));
            cells.push(String::from_utf8(text.to_vec()).unwrap());
            rest = tail;
        }
        cells
    };
    (0..count).map(record).collect()
}

fn exporter(path: &str) -> FileExporter<Records> {
    FileExporter::of(options(path, None), Records::default()).unwrap()
}

#[test]
fn a_writer_that_owns_its_target_is_closed_at_the_end() {
    for (mode, name) in [(FinishMode::Complete, "rows.recs"), (FinishMode::Partial, "rows.partial.recs")] {
        let folder = Folder::new();
        let mut exporter = exporter(&folder.path("rows.recs"));
        exporter.open(&["a".to_owned()]).unwrap();
        exporter.append(&chunk(&[json!({"a": "1", "b": 2}), json!({"b": null})])).unwrap();
        exporter.append(&chunk(&[json!({"a": "x\ny"})])).unwrap();
        let summary = exporter.close(mode).unwrap();
        assert_eq!(read(&folder.0.join(name)), [["a", "b"], ["1", "2"], ["", ""], ["x\ny", ""]]);
        assert_eq!(folder.names(), [name]);
        let size = fs::metadata(folder.0.join(name)).unwrap().len();
        assert_eq!((summary.rows, summary.bytes), (3, Some(size)));
    }
}

#[test]
fn without_rows_the_file_has_the_known_columns() {
    let folder = Folder::new();
    let mut exporter = exporter(&folder.path("rows.recs"));
    exporter.open(&["a".to_owned()]).unwrap();
    exporter.close(FinishMode::Complete).unwrap();
    assert_eq!(read(&folder.0.join("rows.recs")), [["a"]]);
}

#[test]
fn a_late_column_is_refused_by_name() {
    let folder = Folder::new();
    let mut exporter = exporter(&folder.path("rows.recs"));
    exporter.open(&[]).unwrap();
    exporter.append(&chunk(&[json!({"a": 1})])).unwrap();
    let error = exporter.append(&chunk(&[json!({"late": 2})])).unwrap_err();
    assert_eq!((error.kind, error.context("column")), (ErrorKind::InvalidData, Some("late")));
}

#[test]
fn a_discarded_output_leaves_nothing_and_closes_its_writer() {
    let folder = Folder::new();
    let mut discarded = exporter(&folder.path("rows.recs"));
    discarded.open(&[]).unwrap();
    discarded.append(&chunk(&[json!({"a": 1})])).unwrap();
    discarded.close(FinishMode::Discard).unwrap();
    assert!(folder.names().is_empty());

    let mut file = OutputFile::create(&folder.path("rows.recs"), super::IfExists::Replace).unwrap();
    let mut writer = file.writer().unwrap();
    writer.write_all(b"x").unwrap();
    assert_eq!(file.commit().unwrap().bytes, 1);
    assert!(writer.write_all(b"y").is_err());
}

#[test]
fn a_file_can_be_patched_and_a_stream_cannot() {
    let folder = Folder::new();
    let path = folder.path("rows.bin");
    let mut file = OutputFile::create(&path, super::IfExists::Replace).unwrap();
    file.write_all(b"????rest").unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(b"head").unwrap();
    assert_eq!((file.stream_position().unwrap(), file.bytes()), (4, 8));
    assert_eq!(file.commit().unwrap().bytes, 8);
    assert_eq!(folder.read("rows.bin"), "headrest");

    let mut stdout = OutputFile::create("-", super::IfExists::Replace).unwrap();
    let error = Error::from(stdout.rewind().unwrap_err());
    assert_eq!(error.kind, ErrorKind::Unsupported);
}
