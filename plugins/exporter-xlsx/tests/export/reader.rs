//! Reads a workbook with another library.

use calamine::{Data, Reader, Xlsx};
use rowsmith_plugin_api::prelude::*;
use std::io::Cursor;

/// A row by the names of its columns.
pub(crate) type Row = serde_json::Map<String, Value>;

/// Returns the rows of the first sheet, whose first line is the header.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    let invalid = |error: calamine::XlsxError| Error::new(ErrorKind::InvalidData, error.to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(invalid)?;
    let name = workbook.sheet_names().first().cloned().unwrap_or_default();
    let range = workbook.worksheet_range(&name).map_err(invalid)?;
    let mut lines = range.rows();
    let columns: Vec<String> = lines.next().into_iter().flatten().map(ToString::to_string).collect();
    Ok(lines.map(|line| columns.iter().cloned().zip(line.iter().map(value)).collect()).collect())
}

fn value(cell: &Data) -> Value {
    match cell {
        Data::Empty => Value::Null,
        Data::String(text) => json!(text),
        Data::Bool(value) => json!(value),
        Data::Int(number) => json!(number),
        Data::Float(number) => json!(number),
        other => json!({"unexpected": format!("{other:?}")}),
    }
}
