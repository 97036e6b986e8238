//! The limits of a sheet, with errors that name row and column.

use rowsmith_plugin_api::prelude::*;

/// Maximum rows of a sheet, with the header.
const MAX_ROWS: u32 = 1_048_576;
/// Maximum columns of a sheet.
const MAX_COLUMNS: usize = 16_384;
/// Maximum UTF-16 units of a cell.
const MAX_CELL_UNITS: usize = 32_767;
/// Maximum UTF-16 units of a sheet's name.
const MAX_SHEET_NAME_UNITS: usize = 31;

/// Checks that a row of the sheet exists; the header is row 0.
pub(crate) fn check_row(row: u32) -> Result<()> {
    if row < MAX_ROWS {
        return Ok(());
    }
    let message = format!("cannot write row {row}: a sheet has at most {} rows below its header", MAX_ROWS - 1);
    Err(invalid(message).with_context("row", row.to_string()).hint("use the exporter `csv`, or export fewer rows"))
}

/// Checks the number of columns.
pub(crate) fn check_columns(columns: &[String]) -> Result<()> {
    match columns.get(MAX_COLUMNS) {
        None => Ok(()),
        Some(first) => {
            let message = format!("cannot write the column `{first}`: a sheet has at most {MAX_COLUMNS} columns");
            Err(invalid(message).with_context("column", first).hint("list the columns to write in `columns`"))
        }
    }
}

/// Checks the length of a cell's text; row 0 is the header.
pub(crate) fn check_text(text: &str, row: u32, column: &str) -> Result<()> {
    // A UTF-8 text has at least as many bytes as UTF-16 units.
    if text.len() <= MAX_CELL_UNITS {
        return Ok(());
    }
    let units = text.encode_utf16().count();
    if units <= MAX_CELL_UNITS {
        return Ok(());
    }
    let place = if row == 0 { "the header".to_owned() } else { format!("row {row}") };
    let message = format!(
        "cannot write the column `{column}` of {place}: its text has {units} characters, a cell has at most {MAX_CELL_UNITS}"
    );
    Err(invalid(message)
        .with_context("row", row.to_string())
        .with_context("column", column)
        .hint("leave the column out with `columns`, or use the exporter `csv`"))
}

/// Returns the reason why Excel refuses a name of a sheet.
pub(crate) fn problem_of_sheet_name(name: &str) -> Option<String> {
    let units = name.encode_utf16().count();
    if name.trim().is_empty() {
        Some("it is empty".to_owned())
    } else if units > MAX_SHEET_NAME_UNITS {
        Some(format!("it has {units} characters, over the maximum of {MAX_SHEET_NAME_UNITS}"))
    } else if let Some(character) = name.chars().find(|c| c.is_control() || r"[]:*?/\".contains(*c)) {
        Some(format!("it contains `{}`", character.escape_debug()))
    } else if name.starts_with('\'') || name.ends_with('\'') {
        Some("it begins or ends with `'`".to_owned())
    } else if name.eq_ignore_ascii_case("history") {
        Some("Excel reserves this name".to_owned())
    } else {
        None
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_and_column_fit() {
        assert!(check_row(1_048_575).is_ok());
        let error = check_row(1_048_576).unwrap_err();
        assert_eq!((error.kind, error.context("row")), (ErrorKind::InvalidData, Some("1048576")));
        let mut columns: Vec<String> = (0..16_384).map(|number| format!("c{number}")).collect();
        assert!(check_columns(&columns).is_ok());
        columns.push("one more".to_owned());
        assert_eq!(check_columns(&columns).unwrap_err().context("column"), Some("one more"));
    }

    #[test]
    fn text_is_measured_in_utf_16() {
        // Two units of UTF-16, and four bytes.
        let crab = "🦀";
        for (text, fits) in [
            ("x".repeat(32_767), true),
            ("x".repeat(32_768), false),
            (crab.repeat(16_383), true),
            (crab.repeat(16_384), false),
        ] {
            assert_eq!(check_text(&text, 7, "notes").is_ok(), fits, "{}", text.len());
        }
        let error = check_text(&"x".repeat(40_000), 7, "notes").unwrap_err();
        assert_eq!((error.context("row"), error.context("column")), (Some("7"), Some("notes")));
        assert!(error.message.contains("`notes` of row 7") && error.message.contains("40000"), "{error}");
        assert!(check_text(&"x".repeat(40_000), 0, "notes").unwrap_err().message.contains("the header"));
    }

    #[test]
    fn names_of_sheets_follow_the_rules_of_excel() {
        let long = "x".repeat(31);
        for name in ["Rows", "2026-01", "it's", "日本語", long.as_str()] {
            assert_eq!(problem_of_sheet_name(name), None, "{name}");
        }
        let too_long = "x".repeat(32);
        for name in
            ["", "  ", "a/b", "a\\b", "[a]", "a:b", "a*", "a?", "'a", "a'", "a\nb", "History", too_long.as_str()]
        {
            assert!(problem_of_sheet_name(name).is_some(), "{name:?}");
        }
    }
}
