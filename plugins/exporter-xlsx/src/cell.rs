//! The value of a cell in a sheet.

use rowsmith_plugin_api::prelude::*;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Digits that Excel keeps of a number.
const MAX_DIGITS: usize = 15;
/// Digits of an integer that Excel shows in full without a number format.
const PLAIN_DIGITS: usize = 11;

/// A value as a sheet holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SheetValue<'a> {
    Blank,
    Text(Cow<'a, str>),
    Number(f64),
    /// An integer that needs a number format to be shown in full.
    LongInteger(f64),
    Boolean(bool),
}

/// Returns the value for a cell. The items of a list are joined with `separator`.
pub(crate) fn sheet_value<'a>(cell: Cell<'a>, separator: &str) -> SheetValue<'a> {
    match cell.kind {
        CellKind::Absent | CellKind::Null => SheetValue::Blank,
        CellKind::False => SheetValue::Boolean(false),
        CellKind::True => SheetValue::Boolean(true),
        CellKind::String => text(Cow::Borrowed(cell.text)),
        CellKind::Number => number(cell.text),
        CellKind::Json => text(joined(cell.text, separator).map_or(Cow::Borrowed(cell.text), Cow::Owned)),
    }
}

fn text(text: Cow<'_, str>) -> SheetValue<'_> {
    if text.is_empty() { SheetValue::Blank } else { SheetValue::Text(text) }
}

fn number(text: &str) -> SheetValue<'_> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(number) if is_integer && digits.len() > PLAIN_DIGITS && digits.len() <= MAX_DIGITS => {
            SheetValue::LongInteger(number)
        }
        Ok(number) if number.is_finite() && (!is_integer || digits.len() <= PLAIN_DIGITS) => SheetValue::Number(number),
        _ => SheetValue::Text(Cow::Borrowed(text)),
    }
}

/// Returns the joined items of a list, or `None` for an object. Numbers keep their digits, nested values are JSON.
fn joined(json: &str, separator: &str) -> Option<String> {
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let item = |raw: &&RawValue| match raw.get() {
        "null" => String::new(),
        text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
        text => text.to_owned(),
    };
    Some(items.iter().map(item).collect::<Vec<_>>().join(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: CellKind, text: &str) -> SheetValue<'_> {
        sheet_value(Cell { kind, text }, "; ")
    }

    #[test]
    fn text_is_never_another_type() {
        for text in ["=1+1", "+1", "-1", "@a", "007", "1e5", "TRUE", "2024-01-02", "https://example.org", " "] {
            assert_eq!(of(CellKind::String, text), SheetValue::Text(text.into()));
        }
        assert_eq!(of(CellKind::String, ""), SheetValue::Blank);
        assert_eq!(of(CellKind::Null, ""), SheetValue::Blank);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let cases = [
            ("0", SheetValue::Number(0.0)),
            ("-12.5", SheetValue::Number(-12.5)),
            ("1e300", SheetValue::Number(1e300)),
            ("99999999999", SheetValue::Number(99_999_999_999.0)),
            ("-100000000000", SheetValue::LongInteger(-100_000_000_000.0)),
            ("999999999999999", SheetValue::LongInteger(999_999_999_999_999.0)),
            ("1000000000000000", SheetValue::Text("1000000000000000".into())),
            ("-9007199254740993", SheetValue::Text("-9007199254740993".into())),
            ("1e999", SheetValue::Text("1e999".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(of(CellKind::Number, text), expected);
        }
    }

    #[test]
    fn lists_are_joined_and_objects_are_json() {
        let cases = [
            (
                r#"["a","b \"c\"",12345678901234567890,true,null,["x"],{"k":1.50}]"#,
                "a; b \"c\"; 12345678901234567890; true; ; [\"x\"]; {\"k\":1.50}",
            ),
            (r#"{"a": [1, 2]}"#, r#"{"a": [1, 2]}"#),
            (r#"["=1+1"]"#, "=1+1"),
        ];
        for (json, expected) in cases {
            assert_eq!(of(CellKind::Json, json), SheetValue::Text(expected.into()));
        }
        assert_eq!(of(CellKind::Json, "[]"), SheetValue::Blank);
    }
}
