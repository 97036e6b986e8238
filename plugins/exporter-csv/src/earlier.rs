//! Reads an existing file to which rows are appended.

use crate::guard::unguarded;
use csv::ReaderBuilder;
use rowsmith_plugin_api::output::TableLines;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::repeated_name;
use std::io::{BufRead, Read as _};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// An existing file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EarlierFile {
    pub(crate) columns: Vec<String>,
    pub(crate) bom: bool,
    /// Lines end with CR LF. `None` if the file is one line without an end.
    pub(crate) crlf: Option<bool>,
    pub(crate) header_bytes: u64,
    /// The last line has no end.
    pub(crate) is_open: bool,
}

/// Reads the whole file: a damaged one could hide the new rows, for example in a cell whose quotes are not closed.
pub(crate) fn read(file: &mut impl BufRead, lines: &TableLines, delimiter: u8, guarded: bool) -> Result<EarlierFile> {
    let mut line = Vec::new();
    lines.read_line(file, &mut line)?;
    let bom = line.starts_with(BYTE_ORDER_MARK);
    let columns = columns(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line), delimiter, guarded)?;
    let header_bytes = line.len() as u64;
    let crlf = line.ends_with(b"\n").then(|| line.ends_with(b"\r\n"));
    let mut is_open = crlf.is_none();
    let mut number = 1;
    while lines.read_line(file, &mut line)? {
        number += 1;
        check_line(&line, number, delimiter)?;
        is_open = !line.ends_with(b"\n");
    }
    Ok(EarlierFile { columns, bom, crlf, header_bytes, is_open })
}

fn columns(header: &[u8], delimiter: u8, guarded: bool) -> Result<Vec<String>> {
    check_line(header, 1, delimiter)?;
    let mut records = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(header).into_records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        Some(Err(error)) => return Err(invalid(format!("its header is not valid CSV: {error}"))),
        None => return Err(invalid("its first line is blank; expected the header")),
    };
    let columns: Vec<String> =
        header.iter().map(|name| if guarded { unguarded(name) } else { name }.to_owned()).collect();
    if let Some(twice) = repeated_name(columns.iter().map(String::as_str)) {
        return Err(invalid(format!("its header has the column `{twice}` twice")));
    }
    Ok(columns)
}

/// Fails unless a line, as [`TableLines`] reads it, is at most one record.
fn check_line(line: &[u8], number: u64, delimiter: u8) -> Result<()> {
    let quotes = line.iter().filter(|byte| matches!(byte, b'"')).count();
    let ends = line.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    if quotes == 0 && ends == usize::from(line.ends_with(b"\n")) + usize::from(line.ends_with(b"\r\n")) {
        return Ok(());
    }
    // A further record behind the line would be a part of a cell that is not closed.
    let further: &[u8] = if line.ends_with(b"\n") { b"x" } else { b"\nx" };
    let lines = line.chain(further);
    let records = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(lines);
    let records = records.into_byte_records().count();
    if quotes % 2 == 1 || records < 2 {
        return Err(invalid(format!("a quoted cell of the record at line {number} is not closed")));
    }
    if records > 2 {
        return Err(invalid(format!(
            "the record at line {number} has a quote inside a cell without quotes, or lines end with CR alone"
        )));
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, message)
        .hint("repair the file, name another `path`, or set `if_exists = \"replace\"`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<EarlierFile> {
        let lines = TableLines { empty_cell: ",".to_owned(), line_end: "\n", quote: Some(b'"') };
        read(&mut text.as_bytes(), &lines, b',', true)
    }

    #[test]
    fn the_style_of_a_file_is_recognized() {
        let cases = [
            ("a,b\n1,2\n", (false, Some(false), 4, false)),
            ("a,b\r\n1,\"2\r\n\"\r\n", (false, Some(true), 5, false)),
            ("\u{feff}a,b\n", (true, Some(false), 7, false)),
            ("a,b", (false, None, 3, true)),
            ("a,b\n1,2", (false, Some(false), 4, true)),
            ("a,\"b\"\n\n\"say \"\"hi\"\"\",2\n", (false, Some(false), 6, false)),
            ("a,b\n1,5 \"inch\" disk\n", (false, Some(false), 4, false)),
        ];
        for (text, expected) in cases {
            let file = parse(text).unwrap();
            assert_eq!(file.columns, ["a", "b"], "{text:?}");
            assert_eq!((file.bom, file.crlf, file.header_bytes, file.is_open), expected, "{text:?}");
        }
        assert_eq!(parse("'=1,\"x\ny\"\n").unwrap().columns, ["=1", "x\ny"]);
    }

    #[test]
    fn damaged_files_are_refused() {
        let cases = [
            ("\na,b\n", "blank"),
            ("a,b,a\n", "`a` twice"),
            ("a,\"b\n1,2\n", "line 1 is not closed"),
            ("a,b\n1,\"2\n3,4\n", "line 2 is not closed"),
            ("a,b\n1,2\" disk\n3,4\" disk\n", "line 2 has a quote"),
            ("a,b\n1\"2,\"3\n4\n", "line 2 is not closed"),
            ("a,b\r1,2\r", "CR alone"),
        ];
        for (text, part) in cases {
            let error = parse(text).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidData);
            assert!(error.message.contains(part), "{text:?}: {error}");
        }
        let lines = TableLines { empty_cell: ",".to_owned(), line_end: "\n", quote: Some(b'"') };
        assert!(read(&mut b"\xff\n".as_slice(), &lines, b',', true).is_err());
    }
}
